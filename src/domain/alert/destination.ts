import { percentDecoded } from '../units/percent-encoding.ts';

/** Who is told of an ending, and how they are reached. Holds secrets: never logged, never in a plan. */
export type Destination =
  | { readonly kind: 'webhook' | 'slack' | 'teams'; readonly url: string }
  | {
      readonly kind: 'alertmanager';
      /** With or without `/api/v2/alerts`. */
      readonly url: string;
      readonly token?: string;
      /** Beside those that every alert has. */
      readonly labels?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'github-issue';
      readonly token: string;
      /** `owner/name`; the run's own when missing. */
      readonly repository?: string;
      /** What the issue is about, beside the service; the namespace when missing. */
      readonly environment?: string;
    };

export type DestinationKind = Destination['kind'];

/** A name for each, the same wherever the same list is read: its kind, with a number from the second of a kind on. */
export function namesOf(destinations: readonly Destination[]): readonly string[] {
  const seen = new Map<DestinationKind, number>();
  return destinations.map(({ kind }) => {
    const number = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, number);
    return number === 1 ? kind : `${kind} ${number}`;
  });
}

/** A job's token for the forge ends with its job, and what writes to a repository has no place in a cluster: a run tells there itself. */
export const forGuardian = (destinations: readonly Destination[]): readonly Destination[] =>
  destinations.filter(({ kind }) => kind !== 'github-issue');

export const destinationsText = (destinations: readonly Destination[]): string => JSON.stringify(destinations);

/** Our own words, from a Secret that only our field manager writes. */
export const readDestinations = (text: string): readonly Destination[] => JSON.parse(text) as readonly Destination[];

/** What must never be shown. Of an address also its path, which is all that some receivers ask for. */
export function secretsOf(destination: Destination): readonly string[] {
  const token = destination.kind === 'alertmanager' || destination.kind === 'github-issue' ? destination.token : undefined;
  return [...('url' in destination ? partsOf(destination.url) : []), ...(token === undefined ? [] : [token])];
}

const shortestSecret = 8;

function partsOf(url: string): readonly string[] {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '');
  const [, password = ''] = /^[a-z]+:\/\/[^/?#:@]*:([^/?#]*)@/i.exec(url) ?? [];
  return [url, ...[path, password].filter((part) => part.length >= shortestSecret), ...decoded(password)];
}

/** A password is sent decoded, so that is how it may come back. Empty where that is how it is written. */
function decoded(password: string): readonly string[] {
  const sent = password.length < shortestSecret ? undefined : percentDecoded(password);
  return sent === undefined || sent === password ? [] : [sent];
}
