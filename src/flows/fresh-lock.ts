import type { Lock } from './held-lock.ts';

/**
 * Nothing is written on a Lease that may already be someone else's, and nothing that carries no epoch on the way back either: one that was not
 * renewed in time is asked first. Throws LOCK_LOST, or why it could not be asked, which then holds for the write as well.
 */
export async function freshLock({ lock }: { readonly lock: Pick<Lock, 'lost' | 'fresh' | 'record'> }): Promise<void> {
  lock.lost.throwIfAborted();
  if (!lock.fresh()) await lock.record({});
}
