import { expect, it } from '@jest/globals';
import { freshLock } from '../../src/flows/fresh-lock.ts';
import { handLock } from './locks.ts';
import { stage } from './stand-ins.ts';

const forever = new AbortController().signal;

it('waits until the lock was renewed', async () => {
  const { world, clock } = stage();
  const began = clock.monotonic();
  const lock = handLock(() => clock.monotonic() - began >= 5);
  await clock.until(freshLock({ world, lock }, forever));
  expect(clock.monotonic() - began).toBe(5);
});

it('ends when the lock is lost, or what waits for it is ended', async () => {
  const { world, clock } = stage();
  const lock = handLock(() => false);
  lock.lose();
  await expect(clock.until(freshLock({ world, lock }, forever))).rejects.toThrow('lost');
  await expect(clock.until(freshLock({ world, lock: handLock(() => false) }, AbortSignal.abort(new Error('ended'))))).rejects.toThrow(
    'ended',
  );
});
