import { Lease } from '../../domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { World } from '../../ports/world.ts';
import { knowingObjects } from './known-objects.ts';
import { type Locks, lockKey } from './locks.ts';
import type { ClusterGround } from './preflight.ts';

/**
 * The first service that was as wanted when it was looked at, and that somebody else has been at since, or is at now. This run has no lock
 * of it: while it waited for those of the others, its reason to leave this one alone may have gone. One list a cluster.
 */
export async function movedSince(
  grounds: readonly ClusterGround[],
  worldOf: (cluster: string, service: string) => World,
  locks: Locks,
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
      if (now?.resourceVersion !== ground.lease?.resourceVersion || (now?.holder ?? '') !== '') return part.name;
    }
  }
  return undefined;
}
