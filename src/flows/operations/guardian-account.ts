import { guardianName } from '../../domain/guardian/name.ts';
import { accountKinds, isOfJob } from '../../domain/guardian/objects.ts';
import { nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { remove } from '../remove.ts';
import type { Place } from './holder.ts';

/** The guardian's account: what of it a run made, and sentences about what stays. */
export interface GuardianAccount {
  readonly ours: readonly ObjectRef[];
  readonly stays: readonly string[];
}

/** An account that an administrator made has the same name, and is theirs. */
export async function guardianAccount(world: World, { service, namespace }: Place): Promise<GuardianAccount> {
  const refs = accountKinds.map((kind) => ({ kind, namespace, name: guardianName(service) }));
  const looks = await Promise.all(refs.map((ref) => lookAt(world, ref)));
  const whose = (wanted: Look): readonly ObjectRef[] => refs.filter((_, index) => looks[index] === wanted);
  const [theirs, unseen] = [whose('theirs'), whose('unseen')];
  return {
    ours: whose('ours'),
    stays: [
      ...(theirs.length === 0 ? [] : [`${theirs.map(nameOf).join(', ')}: no run made it, so it stays. Whoever made it may delete it now.`]),
      ...(unseen.length === 0
        ? []
        : [`${unseen.map(nameOf).join(', ')}: not looked at for lack of permission, so it stays if it is there.`]),
    ],
  };
}

type Look = 'absent' | 'ours' | 'theirs' | 'unseen';

async function lookAt({ cluster }: World, ref: ObjectRef): Promise<Look> {
  try {
    const found = await cluster.get(ref);
    return found === undefined ? 'absent' : isOfJob(found) ? 'ours' : 'theirs';
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN') return 'unseen';
    throw error;
  }
}

/** `undefined`: it is gone. Otherwise the sentence about its staying. */
export async function removeAccount(world: World, ref: ObjectRef): Promise<string | undefined> {
  try {
    await remove(world, ref);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN')) throw error;
    return `${nameOf(ref)}: may not be deleted from here. The cluster deletes it after the guardian's Job.`;
  }
}
