import { expect, it } from '@jest/globals';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { lineOf } from '../line.ts';
import { leaseOf } from '../rollback/shop.ts';
import { deployPlan, imageNow, next, shop } from './shop.ts';

it('a way back that comes back from a gap in the network takes nothing back that its successor has finished', async () => {
  const on = shop();
  const line = lineOf(on.world);
  const { reacting } = on.cluster;
  // The pods take their time, so that there is something to cancel.
  on.cluster.reacting = (object) => {
    if (object.kind === 'Deployment') void on.clock.sleep(5).then(() => on.cancel('SIGINT'));
    if (object.kind === 'Lease' && leaseOf(on).rolling?.phase === 'returning') line.cut();
  };
  const successor = async (): Promise<unknown> => {
    await line.isCut;
    on.cluster.reacting = reacting;
    await on.clock.sleep(70);
    // Between the two, their pods came.
    const result = await executeStage(deployPlan(), shop({ holder: 'run-2' }, on).world);
    line.mend();
    return result;
  };
  const [first, second] = await on.clock.until(Promise.all([executeStage(deployPlan(), line.world), successor()]));
  expect(second).toMatchObject({ outcome: 'promoted' });
  expect(first).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
  expect(imageNow(on)).toBe(next);
});
