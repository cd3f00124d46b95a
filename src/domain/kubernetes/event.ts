import { foreignClause } from './foreign-clause.ts';
import type { KubernetesObject } from './object.ts';

interface EventFields {
  readonly type?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string | null };
}

const fields = (event: KubernetesObject): EventFields => event as unknown as EventFields;

/** Events of exactly this object: another one may have had its name before. */
export const eventsAbout = ({ kind, metadata }: KubernetesObject, events: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  events.filter((event) => {
    const { involvedObject } = fields(event);
    if (involvedObject?.kind !== kind || involvedObject.name !== metadata.name) return false;
    return metadata.uid === undefined || involvedObject.uid === undefined || involvedObject.uid === metadata.uid;
  });

/** What the newest event with one of these reasons says, fit to be shown. */
export const newestMessage = (events: readonly KubernetesObject[], reasons: readonly string[]): string | undefined => {
  const newest = events
    .filter((event) => reasons.includes(fields(event).reason ?? '') && fields(event).message !== undefined)
    .toSorted((one, other) =>
      timeOf(one) < timeOf(other) ? 1 : timeOf(one) > timeOf(other) ? -1 : one.metadata.name < other.metadata.name ? -1 : 1,
    )[0];
  return newest === undefined ? undefined : foreignClause(fields(newest).message);
};

/** So many of the newest warnings, the newest last. */
export const newestWarnings = (events: readonly KubernetesObject[], most: number): readonly string[] =>
  events
    .filter((event) => fields(event).type === 'Warning')
    .toSorted((one, other) => timeOf(one).localeCompare(timeOf(other)))
    .slice(-most)
    .map((event) => {
      const { reason = '', message = '' } = fields(event);
      return `${reason}: ${message.slice(0, 300)}`;
    });

// RFC 3339 in UTC throughout, so that the order of the texts is the order of the times to the second.
const timeOf = (event: KubernetesObject): string => {
  const { series, lastTimestamp, eventTime } = fields(event);
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '';
};
