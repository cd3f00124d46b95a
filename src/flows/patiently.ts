import type { World } from '../ports/world.ts';
import { isTransient } from './follow.ts';

/** Seconds between two tries. */
const pause = 2;

/** Asks again for so many seconds while the API server gives no answer; what it refuses is thrown at once. */
export async function patiently<T>(world: World, seconds: number, work: () => Promise<T>): Promise<T> {
  const deadline = world.clock.monotonic() + seconds;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || world.clock.monotonic() >= deadline) throw error;
      world.log.line(`${error.what} Trying again.`);
      await world.clock.sleep(pause);
    }
  }
}
