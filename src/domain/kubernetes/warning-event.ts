import { Event } from './kinds.ts';
import type { KubernetesObject } from './object.ts';

/** What the Event is about: enough of an object to find it again. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string | undefined;
}

export interface Warning {
  readonly reason: string;
  readonly message: string;
  /** Who says it. */
  readonly source: Readonly<Record<string, string>>;
}

/** A Warning Event that happened once, now. */
export function warningEvent({ uid, ...about }: EventSubject, { reason, message, source }: Warning, now: Date): KubernetesObject {
  return {
    apiVersion: Event.apiVersion,
    kind: Event.kind,
    metadata: { name: `${about.name}.${now.getTime().toString(16)}`, namespace: about.namespace },
    involvedObject: { ...about, ...(uid === undefined ? {} : { uid }) },
    type: 'Warning',
    reason,
    message,
    source,
    firstTimestamp: now.toISOString(),
    lastTimestamp: now.toISOString(),
    count: 1,
  };
}
