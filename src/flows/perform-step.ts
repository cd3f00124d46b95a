import type { Cause } from '../domain/rollout/cause.ts';
import type { StepEvent } from '../domain/rollout/step-event.ts';
import { Failure } from '../failure.ts';
import type { World } from '../ports/world.ts';
import type { Lock } from './held-lock.ts';
import { patiently } from './patiently.ts';

interface Holding {
  readonly world: World;
  readonly lock: Lock;
}

/** Tries for so many seconds what may pass, and answers with the event. Throws only what the signal or a lost lock ended. */
export async function performStep(
  { world, lock }: Holding,
  seconds: number,
  signal: AbortSignal,
  once: () => Promise<StepEvent>,
): Promise<StepEvent> {
  const ended = AbortSignal.any([signal, lock.lost]);
  try {
    return await patiently(world, { seconds, signal: ended }, once);
  } catch (error) {
    if (ended.aborted) throw error;
    return failed(error);
  }
}

const kinds: Readonly<Record<string, Cause['kind']>> = { SMOKE_FAILED: 'harm', NO_DATA: 'no-data', DRIFT: 'drift' };

function failed(error: unknown): StepEvent {
  if (!(error instanceof Failure)) {
    const text = error instanceof Error ? error.message : String(error);
    return { on: 'failed', cause: { kind: 'error', code: 'INTERNAL', text: `A defect: ${text}`, remedy: 'Report it with the log.' } };
  }
  const { code, what: text, remedy } = error;
  return code === 'LOCK_LOST' ? { on: 'lock-lost', text } : { on: 'failed', cause: { kind: kinds[code] ?? 'error', code, text, remedy } };
}
