import { type Giving, giveAway, notGivenAway, type TakenLock } from './give-away.ts';
import type { Lock } from './held-lock.ts';

/** Gives the lock away when the work throws: nothing was written yet, and nothing is left to take back. Throws what the work threw. */
export const releasing = <T>(world: Giving, lock: Lock, work: () => Promise<T>): Promise<T> => releasingAll(() => [{ world, lock }], work);

/** The same with as many locks as were taken by then. */
export async function releasingAll<T>(taken: () => Iterable<TakenLock>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await Promise.all([...taken()].map(giveAwayFirst));
    throw error;
  }
}

/** Whatever goes wrong here, and be it a defect, does not take the place of why the work ended. */
async function giveAwayFirst({ world, lock }: TakenLock): Promise<void> {
  try {
    await giveAway(world, lock);
  } catch (defect) {
    world.log.line(notGivenAway(defect instanceof Error ? defect.message : String(defect)));
  }
}
