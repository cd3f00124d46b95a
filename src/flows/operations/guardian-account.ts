import { guardianName } from '../../domain/guardian/name.ts';
import { accountKinds, isOfJob } from '../../domain/guardian/objects.ts';
import { nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Place } from './holder.ts';
import { type Found, type SeenObject, seenObject } from './remove-seen.ts';

/** What of the guardian's account a run made. An account that an administrator made has the same name, and is theirs. */
export async function guardianAccount(world: World, { service, namespace }: Place): Promise<Found> {
  const refs = accountKinds.map((kind) => ({ kind, namespace, name: guardianName(service) }));
  const looks = await Promise.all(refs.map((ref) => lookAt(world, ref)));
  const whose = (wanted: Look): readonly ObjectRef[] => refs.filter((_, index) => looks[index] === wanted);
  const [theirs, unseen] = [whose('theirs'), whose('unseen')];
  return {
    ours: looks.flatMap((look) => (typeof look === 'string' ? [] : [look.ours])),
    stays: [
      ...(theirs.length === 0 ? [] : [`${theirs.map(nameOf).join(', ')}: no run made it, so it stays. Whoever made it may delete it now.`]),
      ...(unseen.length === 0
        ? []
        : [`${unseen.map(nameOf).join(', ')}: not looked at for lack of permission, so it stays if it is there.`]),
    ],
  };
}

type Look = 'absent' | 'theirs' | 'unseen' | { readonly ours: SeenObject };

async function lookAt({ cluster }: World, ref: ObjectRef): Promise<Look> {
  try {
    const found = await cluster.get(ref);
    if (found === undefined) return 'absent';
    return isOfJob(found) ? { ours: seenObject(ref, found) } : 'theirs';
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN') return 'unseen';
    throw error;
  }
}

export const mayNotBeDeleted = (ref: ObjectRef): string =>
  `${nameOf(ref)}: may not be deleted from here. The cluster deletes it after the guardian's Job.`;
