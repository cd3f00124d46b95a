import type { World } from '../../ports/worlds/cluster.ts';
import { endedByCancel } from '../cancel.ts';
import { isAsChecked, type Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import type { StageGround } from './ground.ts';
import type { StagePlan, UpdatePlan } from './plan.ts';
import { preflight } from './preflight.ts';

/** The lock of the service. Before the first write the `post` step is told whose successor it is. Throws LOCK_HELD, CANCELLED. */
export async function lock(world: World, plan: StagePlan, namespace: string): Promise<Lock> {
  world.handover.save({ holder: world.run.holder, open: 'true' });
  const { service, leaseDuration: duration, lockTimeout: timeout } = plan;
  return await endedByCancel(world.cancellation, (signal) => acquireLock(world, { service, namespace, duration, timeout, signal }));
}

/** What the preflight found, under the lock: looked at again when someone else was, or still is, here in between. The lock stays with who calls. */
export async function checkedAgain(world: World, plan: UpdatePlan, held: Lock, checked: StageGround): Promise<StageGround> {
  if (isAsChecked(held, checked.lease)) return checked;
  return await preflight(world, plan);
}
