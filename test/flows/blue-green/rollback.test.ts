import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import type { Stage } from '../stand-ins.ts';
import { hangingGateway } from './hanging-gateway.ts';
import { backWish, pair, run, standing, wish } from './pair.ts';

const leaseOf = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject);

describe('a rollback whose switch is not confirmed', () => {
  const switcher = { switcher: 'gateway-api' };

  it('never leads users back to what they were to be saved from, and pressing again finishes it', async () => {
    const scene = hangingGateway();
    const { on } = scene;
    expect(await run(on, wish(switcher))).toMatchObject({ outcome: 'promoted' });
    scene.hangs = true;
    for (const holder of ['run-2', 'run-3']) {
      const press = pair({ holder }, on);
      const result = await run(press, backWish({ ...switcher, reason: 'it hurts' }));
      expect(result).toMatchObject({ outcome: 'unknown', code: 'ROUTE_NOT_ACCEPTED', succeeded: false, live: undefined });
      expect(result.remedy).toContain('run the rollback again');
      expect(scene.leads()).toBe('agent-blue');
      expect(leaseOf(on).blueGreen).toMatchObject({ phase: 'switching', operation: 'rollback', to: 'blue' });
      expect(standing(on)).toContain('blue 2 × old, green 2 × next');
    }
    scene.hangs = false;
    expect(await run(pair({ holder: 'run-4' }, on), backWish(switcher))).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    expect(scene.leads()).toBe('agent-blue');
    expect(standing(on)).toContain('blue 2 × old, green 0 × next');
  });
});
