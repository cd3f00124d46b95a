import type { FailureCode } from './failure-codes.ts';

/**
 * The one error type. `code` is permanent: documentation, alerts and tests name it. `what` says what happened with the
 * values at hand, `remedy` what the reader can do about it. Neither ever holds a secret.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly what: string;
  readonly remedy: string;

  constructor(code: FailureCode, what: string, remedy: string, cause?: unknown) {
    super(`${what}\n→ ${remedy}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.what = what;
    this.remedy = remedy;
  }
}
