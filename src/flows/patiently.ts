import type { Failure } from '../failure.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { isTransient } from './follow.ts';

export interface Patience {
  /** Seconds after which the last error is thrown. */
  readonly seconds: number;
  /** What may pass. By default only that the API server gave no answer: what it refuses is thrown at once. */
  readonly mayPass?: (error: unknown) => error is Failure;
  /** No further try after it has aborted. */
  readonly signal?: AbortSignal;
}

/** Seconds that what a person asks for waits for an API server that does not answer. */
export const operationPatience = 60;

/** Seconds between two tries. */
const pause = 1;

/** Tries again while what went wrong may pass, and says so in the log. */
export async function patiently<T>(
  { clock, log }: Pick<World, 'clock' | 'log'>,
  { seconds, mayPass = isTransient, signal }: Patience,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = clock.monotonic() + seconds;
  const isOver = (): boolean => signal?.aborted === true;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isOver() || !mayPass(error) || clock.monotonic() >= deadline) throw error;
      log.line(`  ${error.what} Trying again.`);
      await clock.sleep(pause, signal);
      if (isOver()) throw error;
    }
  }
}
