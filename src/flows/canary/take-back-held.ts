import type { Cause } from '../../domain/rollout/cause.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { isInHands, isLeft } from '../../domain/rollout/left-behind.ts';
import { Failure } from '../../failure.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { endedByCancel } from '../cancel.ts';
import { inOneLine } from '../ending.ts';
import { isTransient } from '../follow.ts';
import { leaseAt, type Place, placeOf } from '../operations/holder.ts';
import { lockOfTheDead } from './lock-of-the-dead.ts';
import type { CanaryPlan } from './plan.ts';
import type { CanaryResult, Outcome } from './result.ts';
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
  const cause = because(refusal, refusal.what.split('\n').filter(isNoYaml).join('\n'));
  let found: LeaseView | undefined;
  let result: CanaryResult | undefined;
  try {
    found = await leaseAt(run.world, place, undefined, isTransient(refusal) ? 0 : patience);
    result = await takeBackLeft(run, place, found, cause);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What is in the way of both is told once.
    if (error.code === refusal.code && error.what === refusal.what) throw refusal;
    if (found === undefined && isTransient(refusal)) return undefined;
    throw new Failure(refusal.code, `${refusal.what}\n${notTakenBack(found, error)}`, `${refusal.remedy} ${lookAtOnce}`, refusal);
  }
  if (result === undefined) return undefined;
  // A promotion of the run before that had passed is no result of this one.
  if (!waysBack.includes(result.outcome)) throw new Failure(refusal.code, `${refusal.what}\n${tidied}`, refusal.remedy, refusal);
  // Whoever started this run is told all of it.
  return { ...result, reason: result.reason.replace(cause.text, () => because(refusal, refusal.what).text) };
}

const waysBack: readonly Outcome[] = ['rolled-back', 'aborted', 'unknown'];
const tidied = 'What the run before had left was tidied up.';

/** A run that found something newer deploys nothing, and it too may be the first one after a run that died. */
export async function takeBackSuperseded(run: Refused, superseded: CanaryResult): Promise<CanaryResult> {
  if (run.plan.dryRun) return superseded;
  const place = placeOf(run.world, run.plan);
  let found: LeaseView | undefined;
  try {
    found = await leaseAt(run.world, place, undefined, patience);
    const result = await takeBackLeft(run, place, found, leftBehind(superseded.reason));
    if (result === undefined) return superseded;
    if (result.outcome === 'unknown') return result;
    const { outcome, weight, writes, notices, warnings } = result;
    return {
      ...superseded,
      reason: `${superseded.reason} ${waysBack.includes(outcome) ? 'What the run before had left was taken back.' : tidied}`,
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

/** Seconds for an API server that does not answer. */
const patience = 20;

/** `undefined`: nothing was left, or a living run is at work on it. Then there is nothing to be done here, and nothing to wait for. */
async function takeBackLeft(
  { plan, world, started }: Refused,
  place: Place,
  found: LeaseView | undefined,
  cause: Cause,
): Promise<CanaryResult | undefined> {
  if (!(isLeft(found) || isInHands(found))) return undefined;
  // Nobody else's, and not yet given away: that is for the `post` step.
  if (found.holder === world.run.holder) return undefined;
  const lock = await endedByCancel(world.cancellation, (signal) =>
    lockOfTheDead(world, { plan, place, found, guardian: 'waited-for', signal }),
  );
  if (lock === undefined) return undefined;
  const { phase, weight } = lock.found?.rollout ?? {};
  world.log.line(inOneLine(cause.text));
  world.log.line(`Before this run ends: an earlier one was left in the phase \`${phase}\`, with ${weight} % on the canary.`);
  try {
    return await takeBackHeld(world, { plan, lock, cause, patience: plan.rolloutTimeout, started });
  } finally {
    lock.stop();
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
