import { type GuardianSign, guardianKey, readSign } from '../guardian/sign.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { type RecordedPhase, recordedPhases } from './effect.ts';

/** Seconds that a lock holds without being renewed, where nothing else is wished. */
export const leaseDuration = 60;

/** Seconds between two renewals: two may fail before the lock is lost. */
export const renewalOf = (duration: number): number => duration / 3;

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
  /**
   * Changes with every sign of life of the holder and with nothing else: others may annotate the Lease, and the guardian does.
   * Compared only, because the time in it is that of another machine.
   */
  readonly sign: string;
  readonly rollout?: RolloutRecord;
  readonly evidence?: EvidenceRecord;
  readonly lastKnownGood?: string;
  /** Names of those who were told that the rollout in `rollout` ended, by whoever ended it. */
  readonly told?: readonly string[];
  /** What the guardian last wrote. */
  readonly guardian?: GuardianSign;
}

export const leaseKeys = {
  epoch: 'wf-deploy.io/epoch',
  rollout: 'wf-deploy.io/rollout',
  evidence: 'wf-deploy.io/evidence',
  lastKnownGood: 'wf-deploy.io/last-known-good',
  told: 'wf-deploy.io/told',
} as const;

export const epochAnnotation = leaseKeys.epoch;

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly leaseTransitions?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly [field: string]: unknown;
}

export function readLease(object: KubernetesObject): LeaseView {
  const { annotations = {}, resourceVersion = '' } = object.metadata;
  const spec = (object['spec'] ?? {}) as LeaseSpec;
  const rollout = readRecord(annotations[leaseKeys.rollout]);
  const evidence = readEvidence(annotations[leaseKeys.evidence]);
  const lastKnownGood = annotations[leaseKeys.lastKnownGood];
  const guardian = readSign(annotations[guardianKey]);
  const told = readNames(annotations[leaseKeys.told]);
  const epoch = readEpoch(annotations[leaseKeys.epoch]);
  return {
    holder: spec.holderIdentity ?? '',
    epoch,
    resourceVersion,
    durationSeconds: spec.leaseDurationSeconds ?? leaseDuration,
    sign: JSON.stringify([spec.holderIdentity ?? '', epoch, spec.renewTime ?? '']),
    ...(rollout === undefined ? {} : { rollout }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(lastKnownGood === undefined ? {} : { lastKnownGood }),
    ...(told === undefined ? {} : { told }),
    ...(guardian === undefined ? {} : { guardian }),
  };
}

/** An epoch as an annotation holds it. What cannot be read is older than every real one. */
export const readEpoch = (text: string | undefined): number => (text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : 0);

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

function readNames(text: string | undefined): readonly string[] | undefined {
  const value = parseJson(text);
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : undefined;
}

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
