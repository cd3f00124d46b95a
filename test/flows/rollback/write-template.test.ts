import { expect, it } from '@jest/globals';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { lineOf } from '../line.ts';
import { deployPlan, imageNow } from '../stage/shop.ts';
import { stage } from '../stand-ins.ts';
import { backPlan, full, leaseOf, updated } from './shop.ts';

const third = `agent@sha256:${'4'.repeat(64)}`;

it('a rollback that comes back from a gap in the network writes nothing over what its successor has brought', async () => {
  const on = await updated();
  const line = lineOf(on.world);
  const { reacting } = on.cluster;
  on.cluster.reacting = (object) => {
    reacting(object);
    if (object.kind === 'Lease' && leaseOf(on).rollback !== undefined && leaseOf(on).holder === 'run-1') line.cut();
  };
  const successor = async (): Promise<unknown> => {
    await line.isCut;
    await on.clock.sleep(70);
    const { world } = stage({ holder: 'run-2', resolve: full }, on);
    const result = await executeStage(deployPlan({ images: `api: ${third}` }), world);
    line.mend();
    return result;
  };
  const [first, second] = await on.clock.until(Promise.all([rollBack(backPlan(), line.world), successor()]));
  expect(second).toMatchObject({ outcome: 'promoted' });
  expect(first).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST', writes: [] });
  expect(imageNow(on)).toBe(third);
});
