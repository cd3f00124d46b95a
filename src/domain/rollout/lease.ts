import { type BlueGreenRecord, blueGreenKey, readBlueGreen } from '../blue-green/record.ts';
import { type CapacityRecord, capacityKey, readCapacity } from '../capacity/record.ts';
import { type DeployedRecord, deployedKey, readDeployed } from '../evidence/deployed.ts';
import { type GuardianSign, guardianKey, readSign } from '../guardian/sign.ts';
import { jsonAnnotation } from '../kubernetes/json-annotation.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { readTemplateRecord, type TemplateRecord, templateKey } from '../manifests/record.ts';
import { type RollbackRecord, readRollback, rollbackKey } from '../rollback/record.ts';
import { type RollingRecord, readRollingRecord } from '../rolling/record.ts';
import { type EvidenceRecord, readEvidence } from './evidence-record.ts';
import { type GoodRelease, historyKey, readReleases } from './good-release.ts';
import { type Holds, holdsKey, readHolds } from './hold.ts';
import { type Answer, type EndRecord, type Request, readAnswer, readEnd, readRequest } from './request.ts';
import { type RolloutRecord, readRollout } from './rollout-record.ts';

/** Seconds that a lock holds without being renewed, where nothing else is wished. */
export const leaseDuration = 60;

/** Seconds between two renewals: two may fail before the lock is lost. */
export const renewalOf = (duration: number): number => duration / 3;

/** Seconds that a request about the Lease waits for its answer: one that is lost must not cost the lock, however short it is. */
export const answerTime = (duration: number): number => Math.max(2, duration / 6);

export const leaseName = (service: string): string => `wf-deploy-${service}`;

export interface LeaseView {
  /** Empty: nobody's. */
  readonly holder: string;
  /** Grows by one with each holder; a new Lease begins with a number that is later than all before. 0: it has none that can be read. */
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
  const rollout = readRollout(annotations[leaseKeys.rollout]);
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

/** The epoch that an object carries: 0 where it has none. */
export const epochOf = ({ metadata }: KubernetesObject): number => readEpoch(metadata.annotations?.[epochAnnotation]);
