import { inLockOrder, type LockPlace } from '../../domain/fleet/lock-order.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import type { World } from '../../ports/world.ts';
import type { Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import type { DeployPlan } from './plan.ts';
import type { ClusterGround } from './preflight.ts';

/** A lock to take: of one service, or of the release, in one cluster. */
export interface WantedLock extends LockPlace {
  readonly cluster: string;
  readonly service: string;
  readonly world: World;
}

export type Locks = ReadonlyMap<string, Lock>;

export const lockKey = (cluster: string, service: string): string => `${cluster}/${service}`;

/** Of every cluster in which something changes: the release's own, and that of each service that is not as wanted already. */
export function wantedLocks(
  release: string,
  grounds: readonly ClusterGround[],
  worldOf: (cluster: string, service: string) => World,
): readonly WantedLock[] {
  return grounds.flatMap(({ target, parts }) => {
    const changing = parts.filter(({ there }) => !there).map(({ part }) => part.name);
    if (changing.length === 0) return [];
    return [...new Set([release, ...changing])].map((service) => ({
      server: target.server,
      namespace: target.namespace,
      lease: leaseName(service),
      cluster: target.name,
      service,
      world: worldOf(target.name, service),
    }));
  });
}

/**
 * Takes them all, one after the other and always in the same order, so that two releases never wait for each other. Where one cannot be
 * had, those that were taken are given away. Throws LOCK_HELD, CANCELLED.
 */
export async function takeLocks(plan: DeployPlan, wanted: readonly WantedLock[], signal: AbortSignal): Promise<Locks> {
  const taken = new Map<string, Lock>();
  try {
    for (const { cluster, service, namespace, world } of inLockOrder(wanted)) {
      signal.throwIfAborted();
      const request = { service, namespace, duration: plan.leaseDuration, timeout: plan.lockTimeout, signal };
      taken.set(lockKey(cluster, service), await acquireLock(world, request));
    }
    return taken;
  } catch (error) {
    await giveAway([...taken.values()]);
    throw error;
  }
}

/** What cannot be given away expires by itself. */
export async function giveAway(locks: readonly Lock[]): Promise<void> {
  await Promise.all(
    locks.map(async (lock) => {
      await lock.record({ release: true }).catch(() => undefined);
      lock.stop();
    }),
  );
}
