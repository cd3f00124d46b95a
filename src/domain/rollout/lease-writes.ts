import { type BlueGreenRecord, blueGreenKey } from '../blue-green/record.ts';
import { type CapacityRecord, capacityKey } from '../capacity/record.ts';
import { type DeployedRecord, deployedKey } from '../evidence/deployed.ts';
import { type GuardianSign, guardianKey } from '../guardian/sign.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { annotationPath, type PatchOperation } from '../kubernetes/patch.ts';
import { type TemplateRecord, templateKey } from '../manifests/record.ts';
import { type RollbackRecord, rollbackKey } from '../rollback/record.ts';
import type { RollingRecord } from '../rolling/record.ts';
import type { EvidenceRecord } from './evidence-record.ts';
import { type GoodRelease, historyKey } from './good-release.ts';
import { type Hold, holdsKey } from './hold.ts';
import { type LeaseSpec, type LeaseView, leaseKeys, readLease } from './lease.ts';
import type { Answer, EndRecord, Request, UnheldRecord, UnlockRecord } from './request.ts';
import type { RolloutRecord } from './rollout-record.ts';

export interface Taking {
  readonly holder: string;
  /** Seconds, whole ones. */
  readonly duration: number;
  readonly now: Date;
}

/** The Lease in the hands of a new holder. */
export function takenBy(
  found: KubernetesObject | undefined,
  ref: { readonly namespace: string; readonly name: string },
  { holder, duration, now }: Taking,
): KubernetesObject {
  const before = found === undefined ? undefined : readLease(found);
  const epoch = before === undefined || before.epoch === 0 ? firstEpoch(now) : before.epoch + 1;
  // What was asked of the holder before is not asked of this one.
  const { [leaseKeys.request]: _request, [leaseKeys.answer]: _answer, ...kept } = found?.metadata.annotations ?? {};
  const spec = (found?.['spec'] ?? {}) as LeaseSpec;
  return {
    ...(found ?? { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }),
    metadata: {
      ...(found?.metadata ?? ref),
      annotations: { ...kept, [leaseKeys.epoch]: String(epoch) },
    },
    spec: {
      ...spec,
      holderIdentity: holder,
      leaseDurationSeconds: duration,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: (spec.leaseTransitions ?? 0) + (found === undefined ? 0 : 1),
    },
  };
}

/**
 * Seconds since 1970: later than every epoch there may be. A Lease can be deleted while the route still carries the epoch of its last
 * holder, and nobody who began at 1 could ever write that route again. Each holder counts one on and keeps the Lease for seconds at least,
 * so that no count overtakes the clock.
 */
const firstEpoch = (now: Date): number => Math.floor(now.getTime() / 1000);

/** What a holder may change about its Lease. */
export interface LeaseChange {
  readonly rollout?: RolloutRecord;
  readonly evidence?: EvidenceRecord;
  readonly rolling?: RollingRecord;
  readonly blueGreen?: BlueGreenRecord;
  readonly lastKnownGood?: string;
  readonly deployed?: DeployedRecord;
  /** All of them: only the holder of the Lease changes them, from what it found. */
  readonly holds?: readonly Hold[];
  readonly capacity?: CapacityRecord;
  readonly template?: TemplateRecord;
  readonly guardian?: GuardianSign;
  readonly told?: readonly string[];
  readonly answer?: Answer;
  readonly ended?: EndRecord;
  readonly unlocked?: UnlockRecord;
  readonly unheld?: UnheldRecord;
  readonly releases?: readonly GoodRelease[];
  readonly rollback?: RollbackRecord;
  /** Gives the lock away. */
  readonly release?: boolean;
}

/**
 * Renews the Lease, with what changed. It fails as a conflict when the Lease is not ours any more, and takes no notice of what others
 * write beside it: the guardian's heartbeat and a renewal do not get in each other's way.
 */
export function renewal(
  held: { readonly holder: string; readonly epoch: number },
  change: LeaseChange,
  now: string,
): readonly PatchOperation[] {
  const written = Object.entries(annotationOf).flatMap(([name, key]): readonly PatchOperation[] => {
    const value = change[name as keyof typeof annotationOf];
    if (value === undefined) return [];
    return [{ op: 'add', path: annotationPath(key), value: textOf(name, value) }];
  });
  return [
    ...onlyWhileHeld(held),
    { op: 'add', path: '/spec/renewTime', value: now },
    ...written,
    ...(change.release === true ? [{ op: 'add', path: '/spec/holderIdentity', value: '' } as const] : []),
  ];
}

/** Names have no comma in them. */
const textOf = (name: string, value: string | readonly string[] | object): string =>
  typeof value === 'string' ? value : name === 'told' && Array.isArray(value) ? value.join(',') : JSON.stringify(value);

const annotationOf: Readonly<Record<Exclude<keyof LeaseChange, 'release'>, string>> = {
  rollout: leaseKeys.rollout,
  evidence: leaseKeys.evidence,
  rolling: leaseKeys.rolling,
  blueGreen: blueGreenKey,
  lastKnownGood: leaseKeys.lastKnownGood,
  deployed: deployedKey,
  holds: holdsKey,
  capacity: capacityKey,
  template: templateKey,
  guardian: guardianKey,
  told: leaseKeys.told,
  answer: leaseKeys.answer,
  ended: leaseKeys.ended,
  unlocked: leaseKeys.unlocked,
  unheld: leaseKeys.unheld,
  releases: historyKey,
  rollback: rollbackKey,
};

/** A sign of the guardian, beside whoever holds the Lease at this epoch. */
export const signing = (epoch: number, sign: GuardianSign): readonly PatchOperation[] => [
  { op: 'test', path: annotationPath(leaseKeys.epoch), value: String(epoch) },
  { op: 'add', path: annotationPath(guardianKey), value: JSON.stringify(sign) },
];

/** A request to whoever holds the Lease as it was seen: it cannot reach another epoch, nor take the place of a request that was not seen. */
export const requesting = (seen: LeaseView, request: Request): readonly PatchOperation[] => [
  { op: 'test', path: '/metadata/resourceVersion', value: seen.resourceVersion },
  ...onlyWhileHeld(seen),
  { op: 'add', path: annotationPath(leaseKeys.request), value: JSON.stringify(request) },
];

const onlyWhileHeld = ({ holder, epoch }: { readonly holder: string; readonly epoch: number }): readonly PatchOperation[] => [
  { op: 'test', path: '/spec/holderIdentity', value: holder },
  { op: 'test', path: annotationPath(leaseKeys.epoch), value: String(epoch) },
];

/** The API's MicroTime. */
export const microTime = (now: Date): string => now.toISOString().replace(/Z$/, '000Z');
