import { expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { leaseName } from '../../../src/domain/rollout/lease.ts';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { backPlan, full } from '../rollback/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { deployPlan, imageNow, old, shop } from './shop.ts';

/** Pods that take longer than anybody waits for. */
function slow(): { readonly on: Stage; readonly react: Stage['cluster']['reacting'] } {
  const on = shop({ resolve: full });
  const { reacting: react } = on.cluster;
  on.cluster.reacting = () => undefined;
  return { on, react };
}

it('a rolling update whose Lease was taken for a rollback by hand wakes nobody: the rollback tells', async () => {
  const { on, react } = slow();
  const going = executeStage(deployPlan(), on.world);
  await on.clock.pass(30);
  on.cluster.reacting = react;
  const hand = shop({ holder: 'by hand', resolve: full }, on);
  expect(await on.clock.until(rollBack(backPlan({ reason: 'bad' }), hand.world))).toMatchObject({ outcome: 'rolled-back' });
  expect(await on.clock.until(going)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
  expect(imageNow(on)).toBe(old);
  expect([on.alerts, hand.alerts.length]).toEqual([[], 1]);
});

it('a Lease that somebody deleted has no successor who would tell', async () => {
  const { on } = slow();
  const going = executeStage(deployPlan(), on.world);
  await on.clock.pass(30);
  on.cluster.remove(Lease, leaseName('agent'));
  expect(await on.clock.until(going)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
  expect(on.alerts).toMatchObject([{ severity: 'critical' }]);
});
