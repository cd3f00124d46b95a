import type { Cause } from '../domain/rollout/cause.ts';
import { Failure } from '../failure.ts';
import type { FailureCode } from '../failure-codes.ts';

/**
 * What a failure says of the image and of who wanted the end, alike for a canary, a switch, a rolling update and a release. A code that is
 * not here says neither: it holds nothing, and its way back is that of any error.
 */
const kinds: Partial<Readonly<Record<FailureCode, Cause['kind']>>> = {
  /** The new pods answered, and badly: held, as a crash is. */
  SMOKE_FAILED: 'harm',
  /** Nobody could see whether they are well: neither harm nor health. */
  NO_DATA: 'no-data',
  /** Somebody else writes too: a switch leaves the route to them. */
  DRIFT: 'drift',
  /** Nothing is wrong: the ending is `aborted`. */
  CANCELLED: 'cancel',
};

export function causeOf(error: unknown): Cause {
  const { code, what: text, remedy } = failureOf(error);
  return { kind: kinds[code] ?? 'error', code, text, remedy };
}

/** What nobody foresaw is a defect. */
export const failureOf = (error: unknown): Failure =>
  error instanceof Failure
    ? error
    : new Failure('INTERNAL', `A defect: ${error instanceof Error ? error.message : String(error)}`, 'Report it with the log.', error);

export type StepFailed = { readonly on: 'lock-lost'; readonly text: string } | { readonly on: 'failed'; readonly cause: Cause };

/** A lost lock is no failure of the step: nothing more is written. */
export function stepFailed(error: unknown): StepFailed {
  const cause = causeOf(error);
  return cause.code === 'LOCK_LOST' ? { on: 'lock-lost', text: cause.text } : { on: 'failed', cause };
}
