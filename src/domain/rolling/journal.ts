import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { serviceLabel } from '../rollout/canary-deployment.ts';
import { epochAnnotation } from '../rollout/lease.ts';

/**
 * What was there before a run wrote: all that its way back needs, kept in the cluster so that a successor can go it too. In a Secret,
 * because objects hold secrets.
 */
export interface Journal {
  readonly key: string;
  readonly entries: readonly JournalEntry[];
}

export interface JournalEntry {
  readonly ref: ObjectRef;
  /** `undefined`: it was not there. */
  readonly before: KubernetesObject | undefined;
  /** Of a workload, by container: what the run set. Something else there is somebody else's. */
  readonly images: Readonly<Record<string, string>> | undefined;
}

export const journalName = (service: string): string => `wf-deploy-${service}-undo`;

/** What a Secret can hold, with room for its own fields. */
export const journalLimit = 1_000_000;

const field = 'journal.json';

export const journalText = (journal: Journal): string => JSON.stringify(journal);

/** With the epoch of whose it is: a run that comes back too late leaves that of its successor alone. */
export const journalSecret = (service: string, namespace: string, journal: Journal, epoch: number): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: journalName(service),
    namespace,
    labels: { [serviceLabel]: service },
    annotations: { [epochAnnotation]: String(epoch) },
  },
  type: 'wf-deploy.io/undo',
  data: { [field]: base64(journalText(journal)) },
});

/** `undefined` when it is not one that we wrote. */
export function readJournal(secret: KubernetesObject): Journal | undefined {
  const text = (secret['data'] as Readonly<Record<string, string>> | undefined)?.[field];
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))) as Journal;
    return typeof value.key === 'string' && Array.isArray(value.entries) && value.entries.every(isEntry) ? value : undefined;
  } catch {
    // Somebody edited it: then nothing in it can be trusted, and the caller says so.
    return undefined;
  }
}

const isEntry = ({ ref, before }: JournalEntry): boolean =>
  [ref.name, ref.namespace, ref.kind.apiVersion, ref.kind.kind, ref.kind.resource].every((part) => typeof part === 'string') &&
  (before === undefined || typeof before.metadata === 'object');

function base64(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
