import type { World } from '../ports/worlds/cluster.ts';
import type { Lock } from './held-lock.ts';

/** Nothing moves forward on a Lease that may already be someone else's. */
export async function freshLock({ world, lock }: { readonly world: World; readonly lock: Lock }, signal: AbortSignal): Promise<void> {
  while (!lock.fresh()) {
    signal.throwIfAborted();
    lock.lost.throwIfAborted();
    await world.clock.sleep(1, signal);
  }
}
