import { expect, it } from '@jest/globals';
import { acquireLock } from '../../src/flows/lock.ts';
import { successorTells } from '../../src/flows/successor-tells.ts';
import { unreachable } from './memory-cluster/failures.ts';
import { stage } from './stand-ins.ts';

it('is one with a later epoch; where the Lease is ours, gone, or cannot be read, there is none', async () => {
  const on = stage();
  const wanted = { service: 'agent', namespace: 'shop', duration: 60, timeout: 10 };
  const lock = await on.clock.until(acquireLock(on.world, wanted));
  const losing = { world: on.world, plan: wanted, lock };
  expect(await successorTells(losing, 'shop')).toBe(false);
  expect(await successorTells(losing, 'elsewhere')).toBe(false);
  const taken = await on.clock.until(
    acquireLock({ ...on.world, run: { ...on.world.run, holder: 'by hand' } }, { ...wanted, takeOver: true }),
  );
  expect(await successorTells(losing, 'shop')).toBe(true);
  on.cluster.failing = () => unreachable();
  expect(await successorTells(losing, 'shop')).toBe(false);
  lock.stop();
  taken.stop();
});
