import { describe, expect, it } from '@jest/globals';
import { Lease, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import type { Stage } from '../stand-ins.ts';
import { next, pair, run, standing, wish } from './pair.ts';

const heldIn = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject).holds?.list ?? [];

/** Ready, and started anew so many times. */
const restarted = (pod: KubernetesObject, restartCount: number): KubernetesObject => ({
  ...pod,
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [
      {
        name: 'api',
        ready: true,
        restartCount,
        state: { running: {} },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
    ],
  },
});

/** Seconds after users reached green. */
function afterSwitch(seconds: number, happens: (on: Stage, pod: KubernetesObject) => void): Stage {
  const on = pair();
  const react = on.cluster.reacting;
  let isDone = false;
  on.cluster.reacting = (object) => {
    react(object);
    if (isDone || object.kind !== 'Ingress' || !standing(on).startsWith('agent-green')) return;
    isDone = true;
    void on.clock.sleep(seconds).then(() => {
      const pod = on.cluster.objectsOf(Pod).find(({ metadata }) => metadata.name.startsWith('agent-green'));
      happens(on, pod as KubernetesObject);
    });
  };
  return on;
}

describe('a pod of the new colour that is ready at every look', () => {
  it('and was out of memory in between: users go back, and the image is held', async () => {
    const on = afterSwitch(33, ({ cluster }, pod) => void cluster.put(Pod, restarted(pod, 1)));
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', reason: expect.stringMatching(/memory/) });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
    expect(heldIn(on)).toMatchObject([{ by: 'crash', digest: next.split('@')[1] }]);
  });

  it('and had been started anew before it was first seen says nothing', async () => {
    const on = afterSwitch(33, ({ cluster }, pod) => {
      const late = restarted(pod, 2);
      cluster.put(Pod, { ...late, metadata: { ...late.metadata, name: `${pod.metadata.name}-more`, uid: 'more' } });
    });
    expect(await run(on, wish({ watch: '2m' }))).toMatchObject({ outcome: 'promoted' });
    expect(heldIn(on)).toEqual([]);
  });
});
