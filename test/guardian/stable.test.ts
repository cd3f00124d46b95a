import { describe, expect, it } from '@jest/globals';
import { executeCanary } from '../../src/flows/canary/execute.ts';
import { newImage, oldImage, planOf, type Shop } from '../flows/canary/shop.ts';
import { leaseOf } from '../flows/operations/on-shop.ts';
import { standingStill } from '../flows/operations/standing-still.ts';
import { stage } from '../flows/stand-ins.ts';
import { died, guardianOn, setStable } from './on-shop.ts';

/** Somebody gives stable the new image again, a second after it got its old one; so many times. */
function undoing(on: Shop, times: number): void {
  const { cluster, clock } = on;
  const control = cluster.reacting;
  let left = times;
  cluster.reacting = (object) => {
    control(object);
    if (object.kind !== 'Deployment' || object.metadata.name !== 'agent' || on.image('agent') !== oldImage || left === 0) return;
    left -= 1;
    void clock.sleep(1).then(() => setStable(on, newImage));
  };
}

describe('users go to a stable that has its old image', () => {
  it('which is given to it once more where somebody sets the new one again', async () => {
    const on = died('promoting');
    undoing(on, 2);
    expect(await on.clock.until(guardianOn(on))).toBe('stable restored, weight 0');
    expect([on.image('agent'), on.weight()]).toEqual([oldImage, 0]);
  });

  it('and stay on the canary where it does not keep it', async () => {
    const on = died('promoting');
    undoing(on, Number.POSITIVE_INFINITY);
    expect(await on.clock.until(guardianOn(on))).toBe('stable not restored in time');
    expect(on.weight()).toBe(100);
  });
});

it.each(['get Deployment', 'patch Deployment'] as const)(
  'one that stood still before %s leaves alone what its successor has promoted',
  async (call) => {
    const on = died('promoting');
    let taken = false;
    const still = standingStill(on.world, (each) => {
      taken ||= each === 'replace Lease';
      return taken && each === call;
    });
    const guardian = guardianOn(on, { cluster: still.world.cluster, clock: still.world.clock });
    await on.clock.until(still.isStopped);
    const other = stage({ holder: 'run-2', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
    const result = await on.clock.until(executeCanary(planOf({ stages: '25@1m 100@1m' }), other.world));
    expect([result.outcome, on.image('agent')]).toEqual(['promoted', newImage]);
    still.goOn();
    expect(await on.clock.until(guardian)).toBe('overtaken');
    expect([on.image('agent'), leaseOf(on)?.rollout?.phase]).toEqual([newImage, 'resting']);
  },
);
