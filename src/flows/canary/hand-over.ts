import { Lease } from '../../domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { Session } from './session.ts';

/** Seconds. It looks every few of them, and may just be started again on another machine. */
const acknowledgeWithin = 60;

/** Waits until the guardian says that it keeps the deadline of this pause. Throws GUARDIAN_LOST. */
export async function handOver({ world, plan, ground, lock }: Session, signal: AbortSignal): Promise<void> {
  const ref = { kind: Lease, namespace: ground.app.namespace, name: leaseName(plan.service) };
  const began = world.clock.monotonic();
  for (;;) {
    const object = await world.cluster.get(ref, signal);
    const said = object === undefined ? undefined : readLease(object).guardian;
    if (said?.is === 'pausing' && said.epoch === lock.epoch) {
      world.log.line(`  The guardian keeps the canary for ${durationText(plan.pauseDeadline)} at most.`);
      return;
    }
    if (world.clock.monotonic() - began >= acknowledgeWithin) {
      throw new Failure(
        'GUARDIAN_LOST',
        `The guardian did not take over the deadline of the pause within ${acknowledgeWithin} s: without it nobody would take the canary back.`,
        'See its Job and the log of its pod, and start the workflow again.',
      );
    }
    await world.clock.sleep(1, signal);
    signal.throwIfAborted();
  }
}
