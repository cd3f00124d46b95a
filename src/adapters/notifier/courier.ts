import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { type Answer, exchange, type Outgoing } from '../http/exchange.ts';

/** Seconds for one alert at one receiver, tries and waits included: a run that is cancelled has ten in all. */
const patience = 6;
const attempts = 3;
/** Seconds between two tries, where the receiver does not ask for more. */
const usualPause = 0.5;
const bodyLimit = { maxBytes: 4 * 1024 * 1024, beyond: 'cut' } as const;

export interface Patience {
  /** Seconds; 6 when missing. */
  readonly patienceSeconds?: number | undefined;
  /** Between two tries; 0.5 when missing. */
  readonly pauseSeconds?: number | undefined;
}

export interface Errand extends Pick<Outgoing, 'url' | 'method' | 'headers'> {
  /** Sent as JSON. */
  readonly body?: unknown;
}

/**
 * What one alert asks of its receiver, all within one deadline. A receiver that cannot be reached, or answers 429 or 5xx, is asked again
 * while there is time; a redirect is not followed, because its target would get what the address was trusted with. Throws NOTIFY_FAILED,
 * with no more of the address than its host and nothing of the answer but its status, or the signal's reason.
 */
export function courier(
  receiver: string,
  { patienceSeconds = patience, pauseSeconds: pause = usualPause }: Patience,
  signal: AbortSignal | undefined,
) {
  const until = performance.now() + patienceSeconds * 1000;
  const left = (): number => (until - performance.now()) / 1000;
  return async ({ url, method = 'POST', headers, body }: Errand): Promise<Answer> => {
    const outgoing = {
      url,
      method,
      headers: { 'User-Agent': 'wf-deploy', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    };
    for (let attempt = 1; ; attempt += 1) {
      const seconds = Math.max(0.1, Math.round(Math.min(patienceSeconds / 2, left()) * 10) / 10);
      const answer = await exchange({ ...outgoing, timeoutSeconds: seconds }, bodyLimit);
      if (answer.is === 'answer' && answer.status >= 200 && answer.status <= 299) return answer;
      const wait = answer.is === 'answer' ? waitOf(answer, pause) : pause;
      if (wait === undefined || attempt >= attempts || wait >= left()) {
        throw notTaken(receiver, url, answer.is === 'answer' ? statusText(answer) : answer.reason);
      }
      await sleep(wait * 1000, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
    }
  };
}

/** Seconds until it may be asked again; `undefined`: not at all. */
function waitOf({ status, headers }: Answer, pause: number): number | undefined {
  if (status !== 429 && status < 500) return undefined;
  const asked = headers['retry-after'] ?? '';
  if (/^[0-9]{1,6}$/.test(asked)) return Math.max(pause, Number(asked));
  const at = Date.parse(asked);
  return Number.isNaN(at) ? pause : Math.max(pause, (at - Date.now()) / 1000);
}

const statusText = ({ status }: Answer): string =>
  status >= 300 && status <= 399 ? `it answered ${status}, and redirects are not followed` : `it answered ${status}`;

const notTaken = (receiver: string, { host }: URL, problem: string): Failure =>
  new Failure(
    'NOTIFY_FAILED',
    `${receiver} at ${host} did not take the notification: ${problem}.`,
    'Check its address and token, which may have been withdrawn, and that the receiver is up.',
  );

/** Where the address goes in full is the request alone: what is wrong with it is said without it. */
export function addressOf(receiver: string, url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) {
    throw new Failure('INPUT_INVALID', `The address of ${receiver} is no http or https address.`, 'Write `https://HOST/PATH`.');
  }
  return target;
}
