import { guardianName } from '../../domain/guardian/name.ts';
import { Job } from '../../domain/kubernetes/kinds.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { epochOf } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { freshLock } from '../fresh-lock.ts';
import type { Lock } from '../held-lock.ts';
import { remove } from '../remove.ts';
import type { CanaryPlan } from './plan.ts';

interface Held {
  readonly world: World;
  readonly lock: Lock;
}

/** The objects of a guardian go with its Job. Throws LOCK_LOST where that is a successor's: what is read after a long sleep may be. */
export async function dismissGuardian({ world, lock }: Held, namespace: string, service: string): Promise<void> {
  const ref = jobRef(namespace, service);
  const found = await world.cluster.get(ref);
  if (found === undefined) return;
  await refuseSuccessors(found, ref, lock);
  await remove(world, ref, { uid: found.metadata.uid });
}

/** The epoch that a guardian was made for. Throws LOCK_LOST where it may be a successor's. */
export async function refuseSuccessors(job: KubernetesObject, ref: ObjectRef, lock: Lock): Promise<number> {
  const epoch = epochOf(job);
  if (epoch > lock.epoch) {
    throw new Failure(
      'LOCK_LOST',
      `${nameOf(ref)} is of epoch ${epoch}, and this run has ${lock.epoch}.`,
      'See the run that holds the Lease now: it is its guardian, and stays. This run has stopped writing.',
    );
  }
  await freshLock({ lock });
  return epoch;
}

/**
 * The same for a guardian that an earlier run may have left, where nothing carries users. Without one nobody has asked for a right to its
 * Job, and one that may not be removed does no harm: it ends with the Lease given away, and the cluster removes its Job.
 */
export async function dismissLeftGuardian(
  held: Held,
  { guardian, service }: Pick<CanaryPlan, 'guardian' | 'service'>,
  namespace: string,
): Promise<void> {
  if (guardian === undefined && held.lock.found?.guardian === undefined) return;
  try {
    await dismissGuardian(held, namespace, service);
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN')) throw error;
    held.world.log.line(`  The guardian of an earlier run was not looked for, and ends by itself: ${error.what}`);
  }
}

export const jobRef = (namespace: string, service: string): ObjectRef => ({ kind: Job, namespace, name: guardianName(service) });
