import type { Alert, Notifier } from '../../ports/notifier.ts';
import { addressOf, courier, type Patience } from './courier.ts';
import { wordsOf } from './words.ts';

/**
 * A workflow of Teams that begins with "When a Teams webhook request is received". The older connectors and their message cards are
 * retired: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 */
export function teamsNotifier({ url }: { readonly url: string }, patience: Patience = {}): Pick<Notifier, 'send'> {
  const target = addressOf('Teams', url);
  return {
    async send(alert, signal) {
      await courier('Teams', patience, signal)({ url: target, body: teamsMessage(alert) });
    },
  };
}

const colours = { info: 'good', warning: 'warning', critical: 'attention' } as const;

/** A `TextRun` knows no Markdown, where a `TextBlock` or a `FactSet` would show links and mentions of foreign text. */
export function teamsMessage(alert: Alert) {
  const { title, message, facts, page } = wordsOf(alert);
  const shownFacts = facts.filter(([name]) => name !== 'run');
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block([run(title, { size: 'large', weight: 'bolder', color: colours[alert.severity] })]),
            ...message.split('\n').map((each) => block([run(each === '' ? ' ' : each)])),
            ...shownFacts.map(([name, value]) => block([run(`${name}  `, { weight: 'bolder' }), run(value)])),
          ],
          ...(page === undefined ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'This run', url: page }] }),
        },
      },
    ],
  };
}

const block = (inlines: readonly object[]) => ({ type: 'RichTextBlock', inlines }) as const;
const run = (text: string, style: Readonly<Record<string, string>> = {}) => ({ type: 'TextRun', text, ...style }) as const;
