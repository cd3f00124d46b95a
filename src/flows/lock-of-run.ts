import type { World } from '../ports/worlds/cluster.ts';
import { endedByCancel } from './cancel.ts';
import type { Lock } from './held-lock.ts';
import { acquireLock, type LockRequest } from './lock.ts';

/** Of a run's plan. */
interface Asking {
  readonly service: string;
  readonly leaseDuration: number;
  readonly lockTimeout: number;
}

/** The lock of the service. Before the first write the `post` step is told whose successor it is. Throws LOCK_HELD, CANCELLED. */
export async function lockOfRun(
  world: World,
  { service, leaseDuration: duration, lockTimeout: timeout }: Asking,
  namespace: string,
  more: Pick<LockRequest, 'takeOver'> = {},
): Promise<Lock> {
  world.handover.save({ holder: world.run.holder, open: 'true' });
  return await endedByCancel(world.cancellation, (signal) =>
    acquireLock(world, { service, namespace, duration, timeout, ...more, signal }),
  );
}
