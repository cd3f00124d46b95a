import { changedInARow, mostConflicts } from '../../domain/kubernetes/conflicts.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { readLease } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { freshLock } from '../fresh-lock.ts';
import type { Lock } from '../held-lock.ts';

/** An object as it was when it was looked at. */
export interface SeenObject extends ObjectRef {
  readonly uid: string | undefined;
  readonly version: string | undefined;
}

export const seenObject = ({ kind, namespace, name }: ObjectRef, { metadata }: KubernetesObject): SeenObject => ({
  kind,
  namespace,
  name,
  uid: metadata.uid,
  version: metadata.resourceVersion,
});

/** What is to go, and sentences about what stays. */
export interface Found {
  readonly ours: readonly SeenObject[];
  readonly stays: readonly string[];
}

export interface Removing {
  /** Asked again when something was written since. */
  look(): Promise<Found>;
  gone(ref: ObjectRef): void;
  /** Where this is given, what may not be deleted stays, with this sentence. */
  forbidden?(ref: ObjectRef): string;
}

/**
 * Removes what is there, as it was seen and only while the lock is ours. This process may stand still at any moment: what it wakes up under
 * then is a successor with users on these pods. Answers with sentences about what stays.
 */
export async function removeSeen(
  held: { readonly world: World; readonly lock: Lock },
  { look, gone, forbidden }: Removing,
): Promise<readonly string[]> {
  const refused: string[] = [];
  const done = new Set<string>();
  for (let attempt = 0; attempt < mostConflicts; attempt += 1) {
    await freshLock(held);
    const { ours, stays } = await look();
    let again = false;
    for (const each of ours.filter((seen) => !done.has(nameOf(seen)))) {
      await freshLock(held);
      const came = await removeOne(held.world, each, forbidden !== undefined);
      if (came === 'changed') again = true;
      else done.add(nameOf(each));
      if (came === 'gone') gone(each);
      if (came === 'forbidden' && forbidden !== undefined) refused.push(forbidden(each));
    }
    if (!again) return [...stays, ...refused];
    await held.world.clock.sleep(0.2, held.lock.lost);
  }
  throw new Failure('CLUSTER_CONFLICT', changedInARow('Something that was to be removed'), 'Start it again.');
}

/** The Lease last, and only where nobody has taken it since. Nothing renews it any more. */
export async function removeLease(world: World, ref: ObjectRef, { epoch }: Lock): Promise<void> {
  for (;;) {
    const object = await world.cluster.get(ref);
    if (object === undefined) return;
    const { holder, epoch: there } = readLease(object);
    if (holder !== world.run.holder || there !== epoch)
      throw new Failure(
        'LOCK_LOST',
        `Lease ${ref.namespace}/${ref.name} was taken by ${holder === '' ? 'someone who let it go' : holder}, and stays.`,
        'See that run. When it has ended, run `operation: uninstall` again: what it made is there then.',
      );
    // A renewal of our own may still arrive.
    if ((await removeOne(world, seenObject(ref, object), false)) === 'gone') return;
    await world.clock.sleep(0.2);
  }
}

/** That it is not there any more is as it should be. */
async function removeOne(
  { cluster }: World,
  { kind, namespace, name, uid, version }: SeenObject,
  mayBeForbidden: boolean,
): Promise<'gone' | 'changed' | 'forbidden'> {
  try {
    await cluster.write({ do: 'delete', ref: { kind, namespace, name }, uid, version });
    return 'gone';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'CLUSTER_NOT_FOUND') return 'gone';
    if (error.code === 'CLUSTER_CONFLICT') return 'changed';
    if (error.code === 'CLUSTER_FORBIDDEN' && mayBeForbidden) return 'forbidden';
    throw error;
  }
}
