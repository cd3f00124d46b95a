import type { Alert, Notifier } from '../../ports/notifier.ts';
import { addressOf, courier, type Patience } from './courier.ts';
import { wordsOf } from './words.ts';

/** An incoming webhook of Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackNotifier({ url }: { readonly url: string }, patience: Patience = {}): Pick<Notifier, 'send'> {
  const target = addressOf('Slack', url);
  return {
    async send(alert, signal) {
      await courier('Slack', patience, signal)({ url: target, body: slackMessage(alert) });
    },
  };
}

const signs = { info: '🟢', warning: '🟠', critical: '🔴' } as const;
/** Of a section. */
const mostFields = 10;

/** `plain_text` knows no markup, link or mention; `text`, which notifications show, is markup and has none left in it. */
export function slackMessage(alert: Alert) {
  const { title, message, facts, page } = wordsOf(alert);
  const head = `${signs[alert.severity]} ${title}`;
  const [first = ''] = message.split('\n');
  const fields = facts.filter(([name]) => name !== 'run').map(([name, value]) => plain(`${name}\n${value}`));
  return {
    text: escaped(`${head}: ${first}`),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(head) },
      { type: 'section', text: plain(message) },
      ...groups(fields).map((some) => ({ type: 'section', fields: some })),
      ...(page === undefined
        ? []
        : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${escaped(page)}|This run>`, verbatim: true }] }]),
    ],
  };
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const groups = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.length === 0 ? [] : [all.slice(0, mostFields), ...groups(all.slice(mostFields))];
