import type { BlueGreenRecord } from '../../domain/blue-green/record.ts';
import { Lease } from '../../domain/kubernetes/kinds.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { BlueGreenWish } from './plan.ts';

/** Before anything is held. That it may not be read shows among the permissions. */
export async function leaseNow(world: World, plan: BlueGreenWish, namespace: string): Promise<LeaseView | undefined> {
  const lease = await unlessForbidden(world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) }), undefined);
  return lease === undefined ? undefined : readLease(lease);
}

/** How the last switch stands, before anything is held. */
export const readRecord = async (world: World, plan: BlueGreenWish, namespace: string): Promise<BlueGreenRecord | undefined> =>
  (await leaseNow(world, plan, namespace))?.blueGreen;
