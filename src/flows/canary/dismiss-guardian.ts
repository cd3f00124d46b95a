import { guardianName } from '../../domain/guardian/name.ts';
import { Job } from '../../domain/kubernetes/kinds.ts';
import type { ObjectRef } from '../../domain/kubernetes/object.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { remove } from '../remove.ts';
import type { CanaryPlan } from './plan.ts';

/** The objects of a guardian go with its Job. */
export async function dismissGuardian(world: World, namespace: string, service: string): Promise<void> {
  const ref = jobRef(namespace, service);
  const found = await world.cluster.get(ref);
  if (found === undefined) return;
  await remove(world, ref, { uid: found.metadata.uid });
}

/**
 * The same for a guardian that an earlier run may have left, where nothing carries users. Without one nobody has asked for a right to its
 * Job, and one that may not be removed does no harm: it ends with the Lease given away, and the cluster removes its Job.
 */
export async function dismissLeftGuardian(
  world: World,
  { guardian, service }: Pick<CanaryPlan, 'guardian' | 'service'>,
  namespace: string,
  lease: LeaseView | undefined,
): Promise<void> {
  if (guardian === undefined && lease?.guardian === undefined) return;
  try {
    await dismissGuardian(world, namespace, service);
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN')) throw error;
    world.log.line(`  The guardian of an earlier run was not looked for, and ends by itself: ${error.what}`);
  }
}

export const jobRef = (namespace: string, service: string): ObjectRef => ({ kind: Job, namespace, name: guardianName(service) });
