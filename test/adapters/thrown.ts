import { Failure } from '../../src/failure.ts';

/** The Failure that a promise rejects with; anything else is an error of the test. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof Failure) return outcome.error;
  throw new Error(`no Failure, but ${JSON.stringify(outcome)}`, 'error' in outcome ? { cause: outcome.error } : undefined);
}

/** The Failure that a call throws. */
export function failureBy(call: () => unknown): Failure {
  try {
    call();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Everything of an error that could ever be printed, its causes included. */
export function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => `${name}: ${String(Reflect.get(error, name))}`);
  return `${own.join('\n')}\n${error.cause === undefined ? '' : everythingIn(error.cause)}`;
}
