import { Lease } from '../domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../domain/rollout/lease.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { giveAway } from './give-away.ts';
import type { Lock } from './held-lock.ts';
import { acquireLock } from './lock.ts';
import { patiently } from './patiently.ts';

/** Seconds. All `post` steps of a cancelled job share less than five minutes. */
const mostPatience = 200;

/** Seconds that a `post` step waits for a cluster that does not answer. */
export const postPatience = ({ rolloutTimeout }: { readonly rolloutTimeout: number }): number => Math.min(mostPatience, rolloutTimeout);

export interface Successor {
  readonly service: string;
  readonly namespace: string;
  /** Seconds that the lock holds without being renewed. */
  readonly duration: number;
  /** Seconds for a cluster that does not answer. */
  readonly seconds?: number;
}

/**
 * The lock of a `post` step, taken at once from the run that it comes after. `undefined`: that run had ended, never began, or someone else
 * has taken over since.
 */
export async function inheritLock(
  world: World,
  holder: string,
  { service, namespace, duration, seconds = mostPatience }: Successor,
): Promise<Lock | undefined> {
  const object = await patiently(world, { seconds }, () => world.cluster.get({ kind: Lease, namespace, name: leaseName(service) }));
  if (object === undefined || readLease(object).holder !== holder) return undefined;
  const lock = await acquireLock(world, { service, namespace, duration, timeout: seconds, successorOf: holder });
  if (lock.found?.holder !== '') return lock;
  // Somebody else had it while no answer came, and has ended: what is there now is not of that run.
  await giveAway(world, lock);
  return undefined;
}
