import { describe, expect, it } from '@jest/globals';
import { Pod, StatefulSet } from '../../../src/domain/kubernetes/kinds.ts';
import { freeStuckPods } from '../../../src/flows/stage/free-stuck-pods.ts';
import { workload } from '../../domain/rolling/objects.ts';
import { stage } from '../stand-ins.ts';

const pod = (name: string, revision: string, ready: boolean, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: `${name}-uid`, labels: { app: 'agent', 'controller-revision-hash': revision }, ...more },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

describe('a StatefulSet that went back', () => {
  it('loses its unready pods of the other revision, and no others', async () => {
    const on = stage();
    const set = on.cluster.put(StatefulSet, workload('statefulset', {}, { status: { observedGeneration: 9, updateRevision: 'old' } }));
    for (const each of [
      pod('a-0', 'old', true),
      pod('a-1', 'new', false),
      pod('a-2', 'new', true),
      pod('a-3', 'old', false),
      pod('a-4', 'new', false, { deletionTimestamp: 'x' }),
    ])
      on.cluster.put(Pod, each);
    expect(await on.clock.until(freeStuckPods(on.world, set))).toEqual(['a-1']);
    expect(on.cluster.calls.find(({ verb }) => verb === 'delete')?.write).toMatchObject({ uid: 'a-1-uid' });
    expect(on.cluster.find(Pod, 'a-1')).toBeUndefined();
  });

  it('is waited for until its controller has seen the template, but not for ever', async () => {
    const on = stage();
    const set = on.cluster.put(StatefulSet, workload('statefulset', {}, { status: { observedGeneration: 0, updateRevision: 'new' } }));
    on.cluster.put(Pod, pod('a-1', 'old', false));
    const began = on.clock.monotonic();
    expect(await on.clock.until(freeStuckPods(on.world, set))).toEqual([]);
    expect(on.clock.monotonic() - began).toBe(30);
  });

  it('that is gone has none', async () => {
    const on = stage();
    expect(await on.clock.until(freeStuckPods(on.world, workload('statefulset')))).toEqual([]);
  });
});
