import { Lease } from '../../domain/kubernetes/kinds.ts';
import type { ObjectRef } from '../../domain/kubernetes/object.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import { openRecords } from '../../domain/rollout/open-records.ts';
import { lookEvery } from '../../domain/rollout/silence.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import { operationPatience, patiently } from '../patiently.ts';
import { type Vigil, vigil } from '../vigil.ts';
import type { OperationPlan } from './plan.ts';

export interface Place {
  readonly service: string;
  readonly namespace: string;
  readonly lease: ObjectRef;
}

export function placeOf(world: World, { service, namespace: given }: OperationPlan['canary']): Place {
  const namespace = given ?? world.defaultNamespace;
  return { service, namespace, lease: { kind: Lease, namespace, name: leaseName(service) } };
}

/** An API server that does not answer is waited for. `kept` is told of it. */
export async function leaseAt(
  world: World,
  { lease }: Place,
  kept?: Pick<Vigil, 'missed'>,
  seconds = operationPatience,
): Promise<LeaseView | undefined> {
  const object = await patiently(world, { seconds }, async () => {
    try {
      return await world.cluster.get(lease);
    } catch (error) {
      kept?.missed();
      throw error;
    }
  });
  return object === undefined ? undefined : readLease(object);
}

export type Life = 'alive' | 'dead' | 'nobody';

/**
 * Whether whoever holds the Lease renews it. It takes a third of the Lease's duration for a living one, and all of it for a dead one, over
 * an unbroken run of good reads.
 */
export async function lifeOf(
  world: World,
  place: Place,
  signal?: AbortSignal,
): Promise<{ readonly life: Life; readonly lease: LeaseView | undefined }> {
  const first = await leaseAt(world, place);
  if (first === undefined || first.holder === '') return { life: 'nobody', lease: first };
  world.log.line(`The Lease is held by ${first.holder}: waiting for a sign of life.`);
  const kept = vigil(world.clock);
  kept.saw(first);
  for (;;) {
    await world.clock.sleep(lookEvery(first.durationSeconds), signal);
    signal?.throwIfAborted();
    const lease = await leaseAt(world, place, kept);
    if (lease === undefined || lease.holder === '') return { life: 'nobody', lease };
    if (lease.sign !== first.sign) return { life: 'alive', lease };
    if (kept.saw(lease)) return { life: 'dead', lease };
  }
}

/** A rolling update, a switch or a rollback was left open: its way back is written in the Lease and beside it. Throws OPERATION_REFUSED. */
export function refuseHalfDone(lease: LeaseView | undefined): void {
  const open = lease === undefined ? [] : openRecords(lease);
  if (open.length === 0) return;
  throw new Failure('OPERATION_REFUSED', open.map(({ what }) => what).join(' '), open.map(({ remedy }) => remedy).join(' '));
}

/** For what nobody may do beside a run. Throws OPERATION_REFUSED. */
export async function refuseBesideRun(world: World, place: Place, what: string): Promise<LeaseView | undefined> {
  const { life, lease } = await lifeOf(world, place);
  if (life !== 'alive') return lease;
  throw new Failure(
    'OPERATION_REFUSED',
    `\`${what}\` is not done beside a living run: ${lease?.holder} renews the Lease of ${place.service}.`,
    'Wait for it to end, or end it by `operation: abort`.',
  );
}

/** The Lease of the plan, as the successor of whoever was found in it: nobody waits for one that is known to be dead. */
export const takeLease = (world: World, { canary }: OperationPlan, { service, namespace }: Place, found?: LeaseView): Promise<Lock> =>
  acquireLock(world, {
    service,
    namespace,
    duration: canary.leaseDuration,
    timeout: canary.lockTimeout,
    ...(found === undefined ? {} : { successorOf: found.holder }),
  });
