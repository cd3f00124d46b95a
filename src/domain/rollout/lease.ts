import type { KubernetesObject } from '../kubernetes/object.ts';
import { type RecordedPhase, recordedPhases } from './effect.ts';

/** Seconds: how long a lock holds without being renewed, and how often it is renewed. */
export const lease = { duration: 60, renewal: 20 } as const;

export const leaseName = (service: string): string => `wf-deploy-${service}`;

/** What a rollout writes into its Lease, so that a successor goes back or finishes a promotion. */
export interface RolloutRecord {
  readonly phase: RecordedPhase;
  /** The canary's weight that is being, or has been, written. Percent. */
  readonly weight: number;
  readonly container: string;
  readonly image: string;
  /** What stable ran before: the way back. */
  readonly previousImage: string;
  readonly run: string;
  /** ISO 8601, for people. */
  readonly since: string;
}

/** A canary that passed: what `promote` asks for. */
export interface EvidenceRecord {
  readonly image: string;
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface LeaseView {
  /** Empty: nobody's. */
  readonly holder: string;
  /** Grows by one with each holder. 0 before the first. */
  readonly epoch: number;
  readonly resourceVersion: string;
  readonly durationSeconds: number;
  readonly rollout?: RolloutRecord;
  readonly evidence?: EvidenceRecord;
  readonly lastKnownGood?: string;
}

const key = {
  epoch: 'wf-deploy.io/epoch',
  rollout: 'wf-deploy.io/rollout',
  evidence: 'wf-deploy.io/evidence',
  lastKnownGood: 'wf-deploy.io/last-known-good',
} as const;

export const epochAnnotation = key.epoch;

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly leaseTransitions?: number;
  readonly acquireTime?: string;
  readonly [field: string]: unknown;
}

export function readLease(object: KubernetesObject): LeaseView {
  const { annotations = {}, resourceVersion = '' } = object.metadata;
  const spec = (object['spec'] ?? {}) as LeaseSpec;
  const rollout = readRecord(annotations[key.rollout]);
  const evidence = readEvidence(annotations[key.evidence]);
  const lastKnownGood = annotations[key.lastKnownGood];
  return {
    holder: spec.holderIdentity ?? '',
    epoch: readEpoch(annotations[key.epoch]),
    resourceVersion,
    durationSeconds: spec.leaseDurationSeconds ?? lease.duration,
    ...(rollout === undefined ? {} : { rollout }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(lastKnownGood === undefined ? {} : { lastKnownGood }),
  };
}

/** An epoch as an annotation holds it. What cannot be read is older than every real one. */
export const readEpoch = (text: string | undefined): number => (text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : 0);

/** The Lease in the hands of a new holder. `now` is ISO 8601 with microseconds, as the API wants it. */
export function takenBy(
  found: KubernetesObject | undefined,
  ref: { readonly namespace: string; readonly name: string },
  holder: string,
  now: string,
): KubernetesObject {
  const before = found === undefined ? undefined : readLease(found);
  const spec = (found?.['spec'] ?? {}) as LeaseSpec;
  return {
    ...(found ?? { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }),
    metadata: {
      ...(found?.metadata ?? ref),
      annotations: { ...found?.metadata.annotations, [key.epoch]: String((before?.epoch ?? 0) + 1) },
    },
    spec: {
      ...spec,
      holderIdentity: holder,
      leaseDurationSeconds: lease.duration,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: (spec.leaseTransitions ?? 0) + (found === undefined ? 0 : 1),
    },
  };
}

/** What a holder may change about its Lease. */
export interface LeaseChange {
  readonly rollout?: RolloutRecord;
  readonly evidence?: EvidenceRecord;
  readonly lastKnownGood?: string;
  /** Gives the lock away. */
  readonly release?: boolean;
}

/** Renewed, with what changed. */
export function renewed(held: KubernetesObject, change: LeaseChange, now: string): KubernetesObject {
  const annotations = {
    ...held.metadata.annotations,
    ...(change.rollout === undefined ? {} : { [key.rollout]: JSON.stringify(change.rollout) }),
    ...(change.evidence === undefined ? {} : { [key.evidence]: JSON.stringify(change.evidence) }),
    ...(change.lastKnownGood === undefined ? {} : { [key.lastKnownGood]: change.lastKnownGood }),
  };
  const spec = (held['spec'] ?? {}) as LeaseSpec;
  return {
    ...held,
    metadata: { ...held.metadata, annotations },
    spec: { ...spec, renewTime: now, ...(change.release === true ? { holderIdentity: '' } : {}) },
  };
}

// Annotations can be edited by anyone who may edit the Lease: they are read as foreign data.

function readRecord(text: string | undefined): RolloutRecord | undefined {
  const fields = readFields(text);
  const texts = textsOf(fields, ['container', 'image', 'previousImage', 'run', 'since']);
  const phase = recordedPhases.find((known) => known === fields?.['phase']);
  const weight = fields?.['weight'];
  if (texts === undefined || phase === undefined || typeof weight !== 'number' || !(weight >= 0 && weight <= 100)) return undefined;
  return { phase, weight, ...texts };
}

const readEvidence = (text: string | undefined): EvidenceRecord | undefined => textsOf(readFields(text), ['image', 'run', 'at']);

function readFields(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** The named fields and no others, when all of them are texts. */
function textsOf<const Name extends string>(
  fields: Readonly<Record<string, unknown>> | undefined,
  names: readonly Name[],
): Readonly<Record<Name, string>> | undefined {
  const entries = names.map((name) => [name, fields?.[name]] as const);
  return entries.every(([, value]) => typeof value === 'string') ? (Object.fromEntries(entries) as Record<Name, string>) : undefined;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Not ours any more: treated as a Lease without a record, which the claim of weight 0 makes safe.
    return undefined;
  }
}
