import { type Destination, type DestinationKind, namesOf } from '../../domain/alert/destination.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { alertmanagerNotifier } from './alertmanager.ts';
import type { Patience } from './courier.ts';
import { type Forge, githubIssueNotifier } from './github-issue.ts';
import { slackNotifier } from './slack.ts';
import { teamsNotifier } from './teams.ts';
import { webhookNotifier } from './webhook.ts';

export interface Around extends Patience {
  readonly forge: Forge;
}

type Of<Kind extends DestinationKind> = Extract<Destination, { kind: Kind }>;

export const notifiers: { readonly [Kind in DestinationKind]: (destination: Of<Kind>, around: Around) => Pick<Notifier, 'send'> } = {
  webhook: webhookNotifier,
  slack: slackNotifier,
  teams: teamsNotifier,
  alertmanager: alertmanagerNotifier,
  'github-issue': (destination, around) => githubIssueNotifier(destination, around.forge, around),
};

/** Throws INPUT_INVALID; asks nobody anything yet. */
export function notifiersFor(destinations: readonly Destination[], around: Around): readonly Notifier[] {
  const names = namesOf(destinations);
  return destinations.map((destination, index) => {
    const make = notifiers[destination.kind] as (given: Destination, around: Around) => Pick<Notifier, 'send'>;
    return { name: names[index] ?? destination.kind, ...make(destination, around) };
  });
}
