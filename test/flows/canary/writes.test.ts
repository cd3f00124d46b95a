import { expect, it } from '@jest/globals';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { lineOf } from '../line.ts';
import { leaseOf } from '../operations/on-shop.ts';
import { stage } from '../stand-ins.ts';
import { newImage, planOf, shop } from './shop.ts';

it('a way back that comes back from a gap in the network leaves the stable that its successor has promoted', async () => {
  const on = shop();
  const { clock, cluster } = on;
  const line = lineOf(on.world);
  const { reacting } = cluster;
  let promoting = false;
  cluster.reacting = (object) => {
    if (object.kind === 'Deployment' && object.metadata.name === 'agent' && !promoting) {
      // Stable's pods take their time.
      promoting = true;
      void clock.sleep(3).then(() => on.cancel('SIGINT'));
      return;
    }
    reacting(object);
    if (object.kind === 'Lease' && leaseOf(on)?.rollout?.phase === 'restoring') line.cut();
  };
  const plan = planOf({ stages: '25@1m 100@1m' });
  const successor = async (): Promise<unknown> => {
    await line.isCut;
    cluster.reacting = reacting;
    await clock.sleep(70);
    const { world } = stage({ holder: 'run-2', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
    const result = await executeCanary(plan, world);
    line.mend();
    return result;
  };
  const [first, second] = await clock.until(Promise.all([executeCanary(plan, line.world), successor()]));
  expect(second).toMatchObject({ outcome: 'promoted' });
  expect(first).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
  expect([on.image('agent'), on.weight()]).toEqual([newImage, 0]);
});
