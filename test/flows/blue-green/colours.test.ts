import { expect, it } from '@jest/globals';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { lineOf } from '../line.ts';
import { leaseOf } from '../rollback/shop.ts';
import { pair, standing, wish } from './pair.ts';

const healthy = { is: 'answer', status: 200, body: '' } as const;

it('a way back that comes back from a gap in the network leaves the pods to which its successor is about to give the users', async () => {
  const on = pair();
  const { clock, cluster } = on;
  const line = lineOf(on.world);
  const { reacting } = cluster;
  cluster.reacting = (object) => {
    reacting(object);
    if (object.kind === 'Lease' && leaseOf(on).blueGreen?.phase === 'returning') line.cut();
  };
  const cancelled = {
    ...line.world,
    probe: {
      get: async () => {
        on.cancel('SIGINT');
        await clock.sleep(1);
        return healthy;
      },
    },
  };
  let looks = 0;
  const successor = async (): Promise<unknown> => {
    await line.isCut;
    cluster.reacting = reacting;
    await clock.sleep(70);
    const { world } = pair({ holder: 'run-2' }, on);
    const mending = {
      get: async () => {
        await clock.sleep(0.5);
        looks += 1;
        // In the middle of its checks the other one comes back.
        if (looks === 3) line.mend();
        return healthy;
      },
    };
    return await executeBlueGreen(wish({ watch: '0s' }), { ...world, probe: mending });
  };
  const [first, second] = await clock.until(Promise.all([executeBlueGreen(wish(), cancelled), successor()]));
  expect(first).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
  expect(second).toMatchObject({ outcome: 'promoted' });
  expect(standing(on)).toBe('agent-green; blue 0 × old, green 2 × next');
});
