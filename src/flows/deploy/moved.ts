import { Lease } from '../../domain/kubernetes/kinds.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { Clock } from '../../ports/clock.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { type Vigil, vigil } from '../vigil.ts';
import { knowingObjects } from './known-objects.ts';
import { type Locks, lockKey } from './locks.ts';
import type { ClusterGround } from './preflight.ts';

/** Of a Lease, by `lockKey`: whether its holder gives no sign of life any more. Whoever waits keeps it from look to look. */
export type IsSilent = (key: string, lease: LeaseView | undefined) => boolean;

export function silences(clock: Pick<Clock, 'monotonic'>): IsSilent {
  const vigils = new Map<string, Vigil>();
  return (key, lease) => {
    const watching = vigils.get(key) ?? vigil(clock);
    vigils.set(key, watching);
    return watching.saw(lease);
  };
}

/**
 * The first service that was as wanted when it was looked at, and that somebody else has been at since, or is at now. This run has no lock
 * of it: while it waited for those of the others, its reason to leave this one alone may have gone. A holder that has died is not waited
 * for: it does nothing any more. One list a cluster.
 */
export async function movedSince(
  grounds: readonly ClusterGround[],
  worldOf: (cluster: string, service: string) => World,
  locks: Locks,
  isSilent: IsSilent,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const { target, parts } of grounds) {
    const left = parts.filter(({ part, there }) => there && !locks.has(lockKey(target.name, part.name)));
    if (left.length === parts.length) continue;
    const { namespace } = target;
    const cluster = knowingObjects(worldOf(target.name, '').cluster, namespace);
    for (const { part, ground } of left) {
      const object = await cluster.get({ kind: Lease, namespace, name: leaseName(part.name) }, signal);
      const now = object === undefined ? undefined : readLease(object);
      const free = (now?.holder ?? '') === '' || isSilent(lockKey(target.name, part.name), now);
      if (now?.resourceVersion !== ground.lease?.resourceVersion || !free) return part.name;
    }
  }
  return undefined;
}
