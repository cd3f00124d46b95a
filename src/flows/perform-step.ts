import type { StepEvent } from '../domain/rollout/step-event.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { stepFailed } from './cause-of.ts';
import type { Lock } from './held-lock.ts';
import { patiently } from './patiently.ts';

/** Where a step works, and the lock that lets it write. */
export interface Locked {
  readonly world: World;
  readonly lock: Lock;
}

/** Tries for so many seconds what may pass, and answers with the event. Throws only what the signal or a lost lock ended. */
export async function performStep(
  { world, lock }: Locked,
  seconds: number,
  signal: AbortSignal,
  once: () => Promise<StepEvent>,
): Promise<StepEvent> {
  const ended = AbortSignal.any([signal, lock.lost]);
  try {
    return await patiently(world, { seconds, signal: ended }, once);
  } catch (error) {
    if (ended.aborted) throw error;
    return stepFailed(error);
  }
}
