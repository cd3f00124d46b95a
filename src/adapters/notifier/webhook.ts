import type { Notifier } from '../../ports/notifier.ts';
import { addressOf, courier, type Patience } from './courier.ts';

/** POSTs `{severity, title, message, facts, at}` as they are: its receiver is a program. */
export function webhookNotifier({ url }: { readonly url: string }, patience: Patience = {}): Pick<Notifier, 'send'> {
  const target = addressOf('the webhook', url);
  return {
    async send({ severity, title, message, facts, at }, signal) {
      await courier('The webhook', patience, signal)({ url: target, body: { severity, title, message, facts, at } });
    },
  };
}
