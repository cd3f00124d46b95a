import type { World } from '../../ports/worlds/cluster.ts';
import { endedByCancel } from '../cancel.ts';
import { isAsChecked, type Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import { releasing } from '../releasing.ts';
import type { Ground } from './ground.ts';
import type { BlueGreenWish } from './plan.ts';
import { preflight } from './preflight.ts';

/** The lock of the service. Before the first write the `post` step is told whose successor it is. Throws LOCK_HELD, CANCELLED. */
export async function lock(world: World, plan: BlueGreenWish, namespace: string, takeOver = false): Promise<Lock> {
  world.handover.save({ holder: world.run.holder, open: 'true' });
  const { service, leaseDuration: duration, lockTimeout: timeout } = plan;
  return await endedByCancel(world.cancellation, (signal) =>
    acquireLock(world, { service, namespace, duration, timeout, signal, ...(takeOver ? { takeOver: true } : {}) }),
  );
}

/** What the preflight found, under the lock. `checked` is missing where something was half done then: after that is mended. */
export async function checkedAgain(world: World, plan: BlueGreenWish, held: Lock, checked: Ground | undefined): Promise<Ground> {
  if (checked !== undefined && isAsChecked(held, checked.lease)) return checked;
  return await releasing(world, held, () => preflight(world, plan));
}
