import { expect, it } from '@jest/globals';
import { lockOfRun } from '../../src/flows/lock-of-run.ts';
import { stage } from './stand-ins.ts';
import { firstEpoch } from './virtual-clock.ts';

const plan = { service: 'agent', leaseDuration: 60, lockTimeout: 90 };

it('the post step is told of the lock before it is taken', async () => {
  const on = stage();
  const early: unknown[] = [];
  on.cluster.failing = ({ verb }) => {
    if (verb === 'create') early.push(...on.handedOver);
    return undefined;
  };
  const lock = await on.clock.until(lockOfRun(on.world, plan, 'shop'));
  lock.stop();
  expect([lock.epoch, early]).toEqual([firstEpoch, [{ holder: 'run-1', open: 'true' }]]);
});

it('a living holder is waited for, or taken over, and a cancel ends the waiting', async () => {
  const first = stage({ holder: 'run-1' });
  const living = await first.clock.until(lockOfRun(first.world, plan, 'shop'));
  const second = stage({ holder: 'run-2' }, first);
  await expect(second.clock.until(lockOfRun(second.world, plan, 'shop'))).rejects.toMatchObject({ code: 'LOCK_HELD' });
  const waiting = lockOfRun(second.world, plan, 'shop');
  await second.clock.pass(5);
  second.cancel('SIGINT');
  await expect(second.clock.until(waiting)).rejects.toMatchObject({ code: 'CANCELLED' });
  const third = stage({ holder: 'run-3' }, first);
  const taken = await third.clock.until(lockOfRun(third.world, plan, 'shop', { takeOver: true }));
  expect(taken.epoch).toBe(firstEpoch + 1);
  for (const each of [living, taken]) each.stop();
});
