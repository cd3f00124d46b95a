import { isGuardian } from '../../domain/guardian/name.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { beatOf, isInHands, isLeft } from '../../domain/rollout/left-behind.ts';
import { isOver, listen, lookEvery, type Silence } from '../../domain/rollout/silence.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import { type Life, leaseAt, lifeOf, type Place } from '../operations/holder.ts';
import type { CanaryPlan } from './plan.ts';

export interface Dead {
  readonly plan: Pick<CanaryPlan, 'leaseDuration' | 'rolloutTimeout'>;
  readonly place: Place;
  /** The Lease as it was seen to be left. */
  readonly found: LeaseView;
  /** A guardian that lives ends by itself, and leaves the canary's pods and its own objects to whoever comes next. */
  readonly guardian: 'waited-for' | 'left-alone';
  readonly signal?: AbortSignal;
}

/**
 * The lock of a run that has died and left something. `undefined`: whoever is at work on it lives, was faster, or has left nothing. The
 * `post` step is told before anything is waited for, and hears that it has nothing to do only where that is certain: the write that takes
 * the Lease may have arrived, whatever came of its answer.
 */
export async function lockOfTheDead(world: World, dead: Dead): Promise<Lock | undefined> {
  world.handover.save({ holder: world.run.holder, open: 'true' });
  const lock = await taken(world, dead);
  if (lock !== undefined && (isLeft(lock.found) || isSilent(dead, lock.found))) return lock;
  if (lock === undefined) world.handover.save({ open: 'false' });
  else await giveAway(world, lock);
  return undefined;
}

async function taken(world: World, dead: Dead): Promise<Lock | undefined> {
  const { plan, place, found, guardian, signal } = dead;
  const { life, lease } = isInHands(found) ? await watched(world, dead, found) : await lifeOf(world, place, signal);
  if (!(isLeft(lease) || isSilent(dead, lease))) return undefined;
  if (life === 'alive' && !(guardian === 'waited-for' && isGuardian(lease.holder))) return undefined;
  const { service, namespace } = place;
  const { leaseDuration: duration, rolloutTimeout } = plan;
  const which = life === 'alive' ? { timeout: rolloutTimeout } : { timeout: duration, successorOf: lease.holder };
  try {
    return await acquireLock(world, { service, namespace, duration, ...which, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    // Its guardian, or another run, was faster.
    if (error instanceof Failure && error.code === 'LOCK_HELD') return undefined;
    throw error;
  }
}

/** Still the pause that was found, and not a beat more. */
const isSilent = ({ found }: Dead, lease: LeaseView | undefined): lease is LeaseView =>
  isInHands(found) && isInHands(lease) && beatOf(lease) === beatOf(found);

/**
 * Whether the guardian that a pause was handed over to beats. A living one does within a sixth of the Lease's duration; one that did not
 * for all of it, over an unbroken run of good reads, is gone.
 */
async function watched(
  world: World,
  { place, signal }: Dead,
  first: LeaseView,
): Promise<{ readonly life: Life; readonly lease: LeaseView | undefined }> {
  world.log.line('A guardian has the deadline of a pause: waiting for a sign of life.');
  const { durationSeconds: duration } = first;
  let silence: Silence | undefined;
  const missed = (): void => {
    silence = undefined;
  };
  for (;;) {
    const lease = await leaseAt(world, place, { missed });
    if (!isInHands(lease)) return await lifeOf(world, place, signal);
    if (beatOf(lease) !== beatOf(first)) return { life: 'alive', lease };
    silence = listen(silence, beatOf(lease), duration, world.clock.monotonic());
    if (isOver(silence, duration)) return { life: 'nobody', lease };
    await world.clock.sleep(lookEvery(duration), signal);
    signal?.throwIfAborted();
  }
}
