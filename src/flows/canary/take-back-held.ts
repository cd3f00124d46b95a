import { isGuardian } from '../../domain/guardian/name.ts';
import { unfinished } from '../../domain/rollout/begin.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { openRecords } from '../../domain/rollout/open-records.ts';
import { Failure } from '../../failure.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { World } from '../../ports/world.ts';
import { endedByCancel } from '../cancel.ts';
import { isTransient } from '../follow.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import { leaseAt, lifeOf, type Place, placeOf } from '../operations/holder.ts';
import type { CanaryPlan } from './plan.ts';
import type { CanaryResult } from './result.ts';
import { takeBackHeld } from './take-back.ts';

export interface Refused {
  readonly plan: CanaryPlan;
  readonly world: World;
  readonly started: string;
}

/** Either somebody lives who is at work on it, or nothing more may be waited for. */
const left: readonly FailureCode[] = ['LOCK_HELD', 'LOCK_LOST', 'CANCELLED'];

/**
 * A run that is refused may be the first one after a run that died, and without a guardian the only one that will see what that one has
 * left: it is taken back before the refusal. `undefined`: nothing was left, or its run lives. Throws the refusal with what stands in the
 * way where something was left and cannot be taken back.
 */
export async function takeBackBeforeRefusing(run: Refused, refusal: unknown): Promise<CanaryResult | undefined> {
  if (!(refusal instanceof Failure) || run.plan.dryRun || left.includes(refusal.code)) return undefined;
  const place = placeOf(run.world, run.plan);
  let found: LeaseView | undefined;
  try {
    found = await leaseAt(run.world, place, undefined, isTransient(refusal) ? 0 : patience);
    if (!isLeft(found)) return undefined;
    const cause = because(refusal, refusal.what.split('\n').filter(isNoYaml).join('\n'));
    const result = await takeBackLeft(run, place, found, cause);
    // Whoever started this run is told all of it.
    return result && { ...result, reason: result.reason.replace(cause.text, () => because(refusal, refusal.what).text) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (found === undefined && isTransient(refusal)) return undefined;
    throw new Failure(refusal.code, `${refusal.what}\n${notTakenBack(found, error)}`, `${refusal.remedy} ${lookAtOnce}`, refusal);
  }
}

/** A run that found something newer deploys nothing, and it too may be the first one after a run that died. */
export async function takeBackSuperseded(run: Refused, superseded: CanaryResult): Promise<CanaryResult> {
  if (run.plan.dryRun) return superseded;
  const place = placeOf(run.world, run.plan);
  let found: LeaseView | undefined;
  try {
    found = await leaseAt(run.world, place, undefined, patience);
    const result = isLeft(found) ? await takeBackLeft(run, place, found, leftBehind(superseded.reason)) : undefined;
    if (result === undefined) return superseded;
    if (result.outcome === 'unknown') return result;
    const { weight, writes, notices, warnings } = result;
    return {
      ...superseded,
      reason: `${superseded.reason} What the run before had left was taken back.`,
      weight,
      writes,
      notices,
      warnings,
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.code, `${superseded.reason}\n${notTakenBack(found, error)}`, `${error.remedy} ${lookAtOnce}`, error);
  }
}

/** Whether nobody died before their last steps, of any strategy: what is left of a guardian too is taken away by whoever comes next. */
export const isTidy = (lease: LeaseView | undefined): boolean =>
  lease === undefined ||
  (lease.holder === '' &&
    lease.guardian?.is !== 'acted' &&
    (lease.rollout?.phase ?? 'resting') === 'resting' &&
    openRecords(lease).length === 0);

/**
 * Whether a rollout was not ended, or its guardian not dismissed. A pause that its run has handed over to a guardian has a watcher and a
 * deadline: promote, abort or another release end it, and a run that is refused is none of these.
 */
export const isLeft = (lease: LeaseView | undefined): lease is LeaseView => {
  if (lease === undefined) return false;
  const { holder, rollout, guardian } = lease;
  if (holder === '' && rollout?.phase === 'paused' && guardian?.is === 'pausing') return false;
  return unfinished(rollout) || guardian?.is === 'acted' || (holder !== '' && guardian !== undefined);
};

/** Seconds for an API server that does not answer. */
const patience = 20;

/** `undefined`: a living run is at work on it. Then there is nothing to be done here, and nothing to wait for. */
async function takeBackLeft(
  { plan, world, started }: Refused,
  place: Place,
  found: LeaseView,
  cause: Cause,
): Promise<CanaryResult | undefined> {
  world.log.line(`${cause.text.split('\n')[0]}`);
  world.log.line(
    `Before this run ends: an earlier one was left in the phase \`${found.rollout?.phase}\`, with ${found.rollout?.weight} % on the canary.`,
  );
  // Nobody else's, and not yet given away: that is for the `post` step.
  if (found.holder === world.run.holder) return undefined;
  const lock = await endedByCancel(world.cancellation, (signal) => ofTheDead(plan, world, place, signal));
  if (lock === undefined) return undefined;
  try {
    if (!isLeft(lock.found)) {
      await giveAway(world, lock);
      return undefined;
    }
    const takenBack = await takeBackHeld(world, { plan, lock, cause, patience: plan.rolloutTimeout, started });
    if (takenBack === undefined) world.handover.save({ open: 'false' });
    return takenBack;
  } finally {
    lock.stop();
  }
}

async function ofTheDead(plan: CanaryPlan, world: World, place: Place, signal: AbortSignal): Promise<Lock | undefined> {
  const { life, lease } = await lifeOf(world, place, signal);
  if (!isLeft(lease) || (life === 'alive' && !isGuardian(lease.holder))) return undefined;
  const { service, namespace } = place;
  const { leaseDuration: duration, rolloutTimeout } = plan;
  // A guardian ends by itself, and leaves the canary's pods and its own objects to whoever comes next.
  const which = life === 'alive' ? { timeout: rolloutTimeout } : { timeout: duration, successorOf: lease.holder };
  const request = { service, namespace, duration, signal, ...which };
  world.handover.save({ holder: world.run.holder, open: 'true' });
  try {
    return await acquireLock(world, request);
  } catch (error) {
    world.handover.save({ open: 'false' });
    // Its guardian, or another run, was faster.
    if (error instanceof Failure && error.code === 'LOCK_HELD') return undefined;
    throw error;
  }
}

const lookAtOnce = 'Run `operation: abort`, or look at the route at once.';

function notTakenBack(found: LeaseView | undefined, { what }: Failure): string {
  if (found === undefined) return `Whether an earlier run has left users on the canary could not be seen: ${what}`;
  return `An earlier run has left ${found.rollout?.weight ?? 0} % on the canary, in the phase \`${found.rollout?.phase}\`, and that could not be taken back: ${what}`;
}

/** The objects that mend what the preflight found: of no use to whoever is alerted. */
const isNoYaml = (line: string): boolean => !/^\s{4}/.test(line);

const because = ({ code, remedy }: Failure, what: string): Cause => ({
  kind: 'error',
  code,
  text: `${what}${what.includes('\n') ? '\n' : ' '}What the run before had left had to be taken back.`,
  remedy,
});

const leftBehind = (reason: string): Cause => ({
  kind: 'error',
  code: 'CANCELLED',
  text: `An earlier run ended without taking its changes back, and the next one is not begun: ${reason}`,
  remedy: 'Nothing: they are taken back now.',
});
