import { Failure } from '../failure.ts';
import type { Clock } from '../ports/clock.ts';

export interface Waiting {
  readonly seconds: number;
  /** For the message, as words after "Cannot": `renew Lease shop/wf-deploy-agent`. */
  readonly purpose: string;
  /** Ends the request too, with its own reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A request that is given up after so many seconds: CLUSTER_UNREACHABLE, as one that got no answer. Whether it was carried out is not known.
 * For what must not wait as long as the connection would.
 */
export async function answeredWithin<T>(
  clock: Clock,
  { seconds, purpose, signal }: Waiting,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const answered = new AbortController();
  const leave = (): void => over.abort(signal?.reason);
  signal?.addEventListener('abort', leave, { once: true });
  void clock.sleep(seconds, answered.signal).then(() => {
    if (!answered.signal.aborted) over.abort(unanswered(purpose, seconds));
  });
  try {
    return await ask(over.signal);
  } finally {
    answered.abort();
    signal?.removeEventListener('abort', leave);
  }
}

const unanswered = (purpose: string, seconds: number): Failure =>
  new Failure(
    'CLUSTER_UNREACHABLE',
    `Cannot ${purpose}: no answer within ${seconds} s.`,
    'It is tried again. If that happens often, see the network between this runner and the API server.',
  );
