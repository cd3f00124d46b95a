import type { Lock } from './held-lock.ts';

/** Gives the lock away when the work throws: nothing was written yet. */
export async function releasing<T>(held: Lock, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await held.record({ release: true });
    held.stop();
    throw error;
  }
}
