import { Lease } from '../domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../domain/rollout/lease.ts';
import type { World } from '../ports/worlds/cluster.ts';
import type { Lock } from './held-lock.ts';
import { unlessFailed } from './unless-forbidden.ts';

interface Losing {
  readonly world: World;
  readonly plan: { readonly service: string };
  readonly lock: Pick<Lock, 'epoch'>;
}

/** Whoever took the Lease, for a rollback by hand perhaps, ends what was begun, and tells. Where that cannot be seen, this run is the last that knows of it. */
export async function successorTells({ world, plan, lock }: Losing, namespace: string): Promise<boolean> {
  const object = await unlessFailed(world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) }), undefined);
  if (object === undefined || readLease(object).epoch <= lock.epoch) return false;
  world.log.line('  Whoever took the Lease tells of the ending.');
  return true;
}
