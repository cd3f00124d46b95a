import type { LeaseChange } from '../domain/rollout/lease-writes.ts';
import { Failure } from '../failure.ts';
import type { World } from '../ports/worlds/cluster.ts';
import type { Lock } from './held-lock.ts';
import { patiently } from './patiently.ts';

export type Giving = Pick<World, 'clock' | 'log' | 'handover'>;

/** A lock with the world that it was taken in. */
export interface TakenLock {
  readonly world: Giving;
  readonly lock: Lock;
}

/** What is written into the Lease last; what has to be read for it first may fail as the write may. */
export type LastWords = LeaseChange | (() => Promise<LeaseChange>);

/** Seconds. What a later promotion or rollback asks for is not lost by one answer; a bare lock expires by itself. */
const patience = 60;

/**
 * Gives the lock away, with the last words in the same write: after that the `post` step has nothing to do. What was done stands whether or
 * not this arrives, so that a Failure is only told: `post` tries again, and the Lease expires by itself. In any case nothing renews it any more.
 */
export async function giveAway(world: Giving, lock: Lock, last: LastWords = {}): Promise<void> {
  try {
    const words = await said(last);
    const seconds = Object.keys(words).length === 0 ? 0 : patience;
    await patiently(world, { seconds, signal: lock.lost }, () => lock.record({ ...words, release: true }));
    world.handover.save({ open: 'false' });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Whoever has taken it has it: there is nothing left to give away.
    world.log.line(error.code === 'LOCK_LOST' ? error.what : notGivenAway(error.what));
  } finally {
    lock.stop();
  }
}

export async function giveAllAway(taken: Iterable<TakenLock>): Promise<void> {
  await Promise.all([...taken].map(({ world, lock }) => giveAway(world, lock)));
}

/** How something ended, while what is done under this lock goes on. */
export async function endUnder(world: Giving, lock: Lock, last: LastWords): Promise<void> {
  try {
    const words = await said(last);
    await patiently(world, { seconds: patience, signal: lock.lost }, () => lock.record(words));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    world.log.line(`How it ended was not written into the Lease: ${error.what}`);
  }
}

const said = async (last: LastWords): Promise<LeaseChange> => (typeof last === 'function' ? await last() : last);

export const notGivenAway = (why: string): string => `The lock was not given away, it expires by itself: ${why}`;
