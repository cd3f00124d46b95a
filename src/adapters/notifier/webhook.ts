import { Failure } from '../../failure.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { exchange } from '../http/exchange.ts';

export interface Webhook {
  /** May be a secret as a whole, as chat systems' are: only its host is ever shown. */
  readonly url: string;
  /** For the field `at`. */
  readonly now?: () => Date;
  /** 5 by default. */
  readonly timeoutSeconds?: number;
}

const bodyLimit = { maxBytes: 64 * 1024, beyond: 'cut' } as const;
const attempts = 2;

/** POSTs `{severity, title, message, facts, at}`; once more when the receiver could not be reached or answered 429 or 5xx. */
export function webhookNotifier({ url, now, timeoutSeconds = 5 }: Webhook): Notifier {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) {
    throw new Failure('INPUT_INVALID', 'The webhook URL is not an http or https URL.', 'Write `https://HOST/PATH`.');
  }
  return {
    async send({ severity, title, message, facts }, signal) {
      const body = JSON.stringify({ severity, title, message, facts, ...(now === undefined ? {} : { at: now().toISOString() }) });
      const headers = { 'Content-Type': 'application/json', 'User-Agent': 'wf-deploy' };
      let problem = '';
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const answer = await exchange({ url: target, method: 'POST', headers, body, signal, timeoutSeconds }, bodyLimit);
        if (answer.is === 'answer' && answer.status >= 200 && answer.status <= 299) return;
        problem = answer.is === 'answer' ? `it answered ${answer.status}` : answer.reason;
        if (answer.is === 'answer' && answer.status !== 429 && answer.status < 500) break;
      }
      throw new Failure(
        'NOTIFY_FAILED',
        `The webhook at ${target.host} did not take the notification: ${problem}.`,
        'Check the webhook URL and that its receiver is up.',
      );
    },
  };
}
