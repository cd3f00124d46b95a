import { type BlueGreenRecord, blueGreenKey, readBlueGreen } from '../blue-green/record.ts';
import { type CapacityRecord, capacityKey, readCapacity } from '../capacity/record.ts';
import { isCommit } from '../evidence/commit.ts';
import { type DeployedRecord, deployedKey, readDeployed } from '../evidence/deployed.ts';
import { type GuardianSign, guardianKey, readSign } from '../guardian/sign.ts';
import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { readTemplateRecord, type TemplateRecord, templateKey } from '../manifests/record.ts';
import { type RollbackRecord, readRollback, rollbackKey } from '../rollback/record.ts';
import { type RollingRecord, readRollingRecord } from '../rolling/record.ts';
import { type RecordedPhase, recordedPhases } from './effect.ts';
import { type EvidenceRecord, readEvidence } from './evidence-record.ts';
import { type GoodRelease, historyKey, readReleases } from './good-release.ts';
import { type Holds, holdsKey, readHolds } from './hold.ts';
import { type Answer, type EndRecord, type Request, readAnswer, readEnd, readRequest } from './request.ts';

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
  /** That is being rolled out, where it is known. */
  readonly commit?: string;
  /** Such as `2/4`. Missing outside of the stages. */
  readonly stage?: string;
  /** The run goes on and holds this weight until a person decides. */
  readonly paused?: true;
  /** Seconds that the guardian lets a pause last after its run has ended: in the phase `paused`. */
  readonly deadline?: number;
  /** The canary harms: with so many ready pods of the old template stable takes its traffic back. In the phase `restoring`. */
  readonly enough?: number;
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
  /** How a rolling update stands. */
  readonly rolling?: RollingRecord;
  readonly blueGreen?: BlueGreenRecord;
  /** There is a record of a switch between colours that cannot be read: whether one is half done is not known, and not known is never none. */
  readonly unreadableSwitch?: true;
  readonly lastKnownGood?: string;
  /** Releases that ended well, newest first. */
  readonly releases?: readonly GoodRelease[];
  /** The last rollback by hand. */
  readonly rollback?: RollbackRecord;
  /** Digests that are not to come again. Missing: nothing was ever held. */
  readonly holds?: Holds;
  /** Names of those who were told that the rollout in `rollout` ended, by whoever ended it. */
  readonly told?: readonly string[];
  /** What has to be put back of stable's autoscaler. */
  readonly capacity?: CapacityRecord;
  /** What has to be put back of a template, and what was made for it. */
  readonly template?: TemplateRecord;
  /** What the guardian last wrote. */
  readonly guardian?: GuardianSign;
  /** What somebody asks of the holder. */
  readonly request?: Request;
  /** What the holder said to it. */
  readonly answer?: Answer;
  /** Which commit was last deployed, and which is the newest that ever was. */
  readonly deployed?: DeployedRecord;
  /** How the run before ended. */
  readonly ended?: EndRecord;
}

export const leaseKeys = {
  epoch: 'wf-deploy.io/epoch',
  rollout: 'wf-deploy.io/rollout',
  evidence: 'wf-deploy.io/evidence',
  rolling: 'wf-deploy.io/rolling',
  lastKnownGood: 'wf-deploy.io/last-known-good',
  told: 'wf-deploy.io/told',
  request: 'wf-deploy.io/request',
  answer: 'wf-deploy.io/answer',
  ended: 'wf-deploy.io/ended',
  unlocked: 'wf-deploy.io/unlocked',
  unheld: 'wf-deploy.io/unheld',
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
  const rolling = readRollingRecord(jsonAnnotation(annotations[leaseKeys.rolling]));
  const blueGreen = readBlueGreen(annotations[blueGreenKey]);
  const lastKnownGood = annotations[leaseKeys.lastKnownGood];
  const releases = readReleases(annotations[historyKey]);
  const rollback = readRollback(annotations[rollbackKey]);
  const holds = readHolds(annotations[holdsKey]);
  const capacity = readCapacity(annotations[capacityKey]);
  const template = readTemplateRecord(annotations[templateKey]);
  const guardian = readSign(annotations[guardianKey]);
  const told = annotations[leaseKeys.told]?.split(',').filter((name) => name !== '');
  const deployed = readDeployed(jsonAnnotation(annotations[deployedKey]));
  const epoch = readEpoch(annotations[leaseKeys.epoch]);
  const request = readRequest(annotations[leaseKeys.request]);
  const answer = readAnswer(annotations[leaseKeys.answer]);
  const ended = readEnd(annotations[leaseKeys.ended]);
  return {
    holder: spec.holderIdentity ?? '',
    epoch,
    resourceVersion,
    durationSeconds: spec.leaseDurationSeconds ?? leaseDuration,
    sign: JSON.stringify([spec.holderIdentity ?? '', epoch, spec.renewTime ?? '']),
    ...(rollout === undefined ? {} : { rollout }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(rolling === undefined ? {} : { rolling }),
    ...(blueGreen === undefined ? {} : { blueGreen }),
    ...(blueGreen === undefined && annotations[blueGreenKey] !== undefined ? { unreadableSwitch: true } : {}),
    ...(lastKnownGood === undefined ? {} : { lastKnownGood }),
    ...(releases.length === 0 ? {} : { releases }),
    ...(rollback === undefined ? {} : { rollback }),
    ...(holds === undefined ? {} : { holds }),
    ...(told === undefined ? {} : { told }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(template === undefined ? {} : { template }),
    ...(guardian === undefined ? {} : { guardian }),
    ...(request === undefined ? {} : { request }),
    ...(answer === undefined ? {} : { answer }),
    ...(deployed === undefined ? {} : { deployed }),
    ...(ended === undefined ? {} : { ended }),
  };
}

/** An epoch as an annotation holds it. What cannot be read is older than every real one. */
export const readEpoch = (text: string | undefined): number => (text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : 0);

// Annotations can be edited by anyone who may edit the Lease: they are read as foreign data.

function readRecord(text: string | undefined): RolloutRecord | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['container', 'image', 'previousImage', 'run', 'since']);
  const phase = recordedPhases.find((known) => known === fields?.['phase']);
  const weight = fields?.['weight'];
  if (texts === undefined || phase === undefined || typeof weight !== 'number' || !(weight >= 0 && weight <= 100)) return undefined;
  const { stage } = textsOf(fields, ['stage']) ?? {};
  const commit = fields?.['commit'];
  const deadline = fields?.['deadline'];
  const enough = fields?.['enough'];
  const limited = typeof deadline === 'number' && deadline >= 0;
  // A pause without an end would be a weight without a way back.
  if (phase === 'paused' && !limited) return { phase: 'stages', weight, ...texts };
  return {
    phase,
    weight,
    ...texts,
    ...(isCommit(commit) ? { commit } : {}),
    ...(stage === undefined ? {} : { stage }),
    ...(fields?.['paused'] === true ? { paused: true } : {}),
    ...(limited ? { deadline } : {}),
    ...(phase === 'restoring' && typeof enough === 'number' && Number.isInteger(enough) && enough >= 1 ? { enough } : {}),
  };
}
