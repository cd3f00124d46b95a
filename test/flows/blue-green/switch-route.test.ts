import { describe, expect, it } from '@jest/globals';
import { Ingress } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { Write } from '../../../src/ports/cluster.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import type { Stage } from '../stand-ins.ts';
import { through } from '../through.ts';
import { pair, run, standing, wish } from './pair.ts';

const isSwitch = (write: Write): boolean => write.do === 'replace' && JSON.stringify(write.object['spec']).includes('agent-green');

/** The first switch gets no answer; whether it was stored, and what somebody does then, is told. `early`: somebody does it just before. */
function unanswered(on: Stage, isStored: boolean | 'early', then: () => void): World {
  let isDone = false;
  const { cluster } = on;
  return {
    ...on.world,
    cluster: through(cluster, {
      async write(write, signal) {
        if (isDone || !isSwitch(write)) return await cluster.write(write, signal);
        isDone = true;
        if (isStored === 'early') {
          then();
          return await cluster.write(write, signal);
        }
        if (isStored) await cluster.write(write, signal);
        then();
        throw unreachable();
      },
    }),
  };
}

const route = (on: Stage): KubernetesObject => on.cluster.find(Ingress, 'agent') as KubernetesObject;
const put = (on: Stage, colour: string): void =>
  void on.cluster.put(
    Ingress,
    JSON.parse(JSON.stringify(route(on)).replaceAll(/"agent-(?:blue|green)"/g, `"agent-${colour}"`)) as KubernetesObject,
  );

describe('a switch whose answer is lost', () => {
  it('is not written again over somebody who led the users back meanwhile', async () => {
    const on = pair();
    const world = unanswered(on, true, () => put(on, 'blue'));
    expect(await run(on, wish({ watch: '30s' }), world)).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', live: 'blue' });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
  });

  it('is found where it was stored', async () => {
    const on = pair();
    const world = unanswered(on, true, () => undefined);
    expect(await run(on, wish({ watch: '30s' }), world)).toMatchObject({ outcome: 'promoted', live: 'green' });
  });

  it('is written again where it was not stored, whatever was annotated since', async () => {
    const on = pair();
    const world = unanswered(on, false, () => {
      const { metadata, ...rest } = route(on);
      on.cluster.put(Ingress, { ...rest, metadata: { ...metadata, annotations: { ...metadata.annotations, owner: 'us' } } });
    });
    expect(await run(on, wish({ watch: '30s' }), world)).toMatchObject({ outcome: 'promoted', live: 'green' });
  });

  it('that was refused is written again over what somebody else changed in the route', async () => {
    const on = pair();
    const world = unanswered(on, 'early', () => {
      const { spec, ...rest } = route(on) as KubernetesObject & { spec: object };
      on.cluster.put(Ingress, { ...rest, spec: { ...spec, tls: [{ hosts: ['api.example.com'] }] } });
    });
    expect(await run(on, wish({ watch: '30s' }), world)).toMatchObject({ outcome: 'promoted', live: 'green' });
    expect(route(on)['spec']).toMatchObject({ tls: [{ hosts: ['api.example.com'] }] });
  });
});
