import { Lease } from '../../domain/kubernetes/kinds.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import { endedByCancel } from '../cancel.ts';
import type { Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import type { CanaryPlan } from './plan.ts';
import type { CanaryResult } from './result.ts';
import { takeBackHeld } from './take-back.ts';

/**
 * A held image is not deployed. But the run that saw it do harm may have died on its way back, and what people do then is to start it
 * again: what it has left is taken back before that is refused. `undefined`: it was refused for something else, or nothing was left.
 */
export async function takeBackBeforeRefusing(
  { plan, world, started }: { readonly plan: CanaryPlan; readonly world: World; readonly started: string },
  refusal: unknown,
): Promise<CanaryResult | undefined> {
  if (!(refusal instanceof Failure && refusal.code === 'DIGEST_HELD') || plan.dryRun) return undefined;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const object = await world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) });
  if (object === undefined || isTidy(readLease(object))) return undefined;
  world.log.line(refusal.what);
  world.handover.save({ holder: world.run.holder, open: 'true' });
  const lock = await ofTheDead(plan, world, namespace);
  if (lock === undefined) return undefined;
  try {
    const takenBack = await takeBackHeld(world, { plan, lock, cause: because(refusal), patience: plan.rolloutTimeout, started });
    if (takenBack === undefined) world.handover.save({ open: 'false' });
    return takenBack;
  } finally {
    lock.stop();
  }
}

/** Whether nobody died before their last steps: what is left of a guardian too is taken away by whoever comes next. */
export const isTidy = (lease: LeaseView | undefined): boolean =>
  lease === undefined || (lease.holder === '' && lease.guardian?.is !== 'acted' && (lease.rollout?.phase ?? 'resting') === 'resting');

/** A living run is at work on it: then there is nothing to be done here, and nothing to wait for. */
async function ofTheDead(plan: CanaryPlan, world: World, namespace: string): Promise<Lock | undefined> {
  const request = { service: plan.service, namespace, duration: plan.leaseDuration, timeout: 2 * plan.leaseDuration };
  try {
    return await endedByCancel(world.cancellation, (signal) => acquireLock(world, { ...request, signal }));
  } catch (error) {
    if (error instanceof Failure && error.code === 'LOCK_HELD') return undefined;
    throw error;
  }
}

const because = ({ code, what, remedy }: Failure): Cause => ({
  kind: 'error',
  code,
  text: `${what} What the run before had left was taken back.`,
  remedy,
});
