import { isGuardian } from '../../domain/guardian/name.ts';
import { goesForward } from '../../domain/rollout/begin.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { Answer, EndRecord, Request } from '../../domain/rollout/request.ts';
import { lookEvery } from '../../domain/rollout/silence.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { vigil } from '../vigil.ts';
import { leaseAt, type Place } from './holder.ts';
import type { OperationPlan } from './plan.ts';

/** What is found when the run that was asked has the Lease no more. */
export type After =
  /** The run gave the Lease away; or whoever came `after` it has ended what it left, or goes on with something of its own. */
  | { readonly is: 'ended'; readonly end: EndRecord | undefined; readonly answer: Answer | undefined; readonly after?: string }
  /** Nobody holds the Lease, or whoever does gave no sign of life for as long as it lasts. */
  | { readonly is: 'nobody'; readonly lease: LeaseView | undefined };

export interface Gone {
  readonly lease: LeaseView | undefined;
  readonly request: Request;
  readonly answer: Answer | undefined;
  /** As the run that was asked was last seen to have it. */
  readonly before: LeaseView;
}

/**
 * A pause that the run left to whoever decides, or what its guardian took from its dead hands, is no end yet. An abort waits for anybody who
 * ends it, and where nobody says how it ended looks by itself: the other operations ask nobody but that run.
 */
export async function afterRun(world: World, plan: OperationPlan, place: Place, gone: Gone): Promise<After> {
  const { lease, request, answer, before } = gone;
  const end = endOf(lease, request.epoch);
  if (isLastWord(end)) return { is: 'ended', end, answer };
  if (lease !== undefined && isGuardian(lease.holder)) return await afterSuccessor(world, plan, place, lease, before);
  if (plan.operation === 'abort') {
    if (lease === undefined || lease.holder === '') return { is: 'nobody', lease };
    return await afterSuccessor(world, plan, place, lease, before);
  }
  if (lease?.holder === '' && isUnfinished(lease, request)) return { is: 'nobody', lease };
  return { is: 'ended', end, answer };
}

/** The last word of a guardian stays in the Lease: that of one long before says nothing of the run that was asked. */
const isUnfinished = ({ rollout, guardian }: LeaseView, { epoch }: Request): boolean =>
  (rollout !== undefined && rollout.phase !== 'resting') || (guardian?.is === 'acted' && guardian.epoch > epoch);

/** Waits for the end of whoever has taken the Lease from the run, and of whoever takes it from that one. Throws NOT_ANSWERED. */
export async function afterSuccessor(
  world: World,
  { canary, operation }: OperationPlan,
  place: Place,
  first: LeaseView,
  before: LeaseView,
): Promise<After> {
  world.log.line(`${first.holder} ${isGuardian(first.holder) ? 'takes the canary back' : 'has taken over'}: waiting for its end.`);
  const began = world.clock.monotonic();
  const kept = vigil(world.clock);
  let seen = first;
  let lease: LeaseView | undefined = first;
  for (;;) {
    const dead = kept.saw(lease);
    if (lease === undefined || lease.holder === '' || dead) {
      const end = lease?.holder === '' ? endOf(lease, seen.epoch) : undefined;
      return isLastWord(end) ? { is: 'ended', end, answer: undefined, after: seen.holder } : { is: 'nobody', lease };
    }
    if (lease.holder !== seen.holder || lease.epoch !== seen.epoch) {
      // Another run was faster. Who aborts waits for that one too, unless it goes on with what is its own.
      if (operation !== 'abort') return { is: 'ended', end: undefined, answer: undefined };
      seen = lease;
    }
    if (isOfItsOwn(lease, seen, before)) return { is: 'ended', end: undefined, answer: undefined, after: lease.holder };
    if (world.clock.monotonic() - began >= canary.rolloutTimeout) throw stillAtWork(lease.holder, canary.rolloutTimeout);
    await world.clock.sleep(lookEvery(seen.durationSeconds));
    lease = await leaseAt(world, place, kept);
  }
}

/** A rollout that goes forward and is not the one before: that one may have written its last words after it was last seen. */
const isOfItsOwn = ({ rollout }: LeaseView, seen: LeaseView, before: LeaseView): boolean =>
  rollout !== undefined &&
  goesForward(rollout.phase) &&
  ((before.rollout !== undefined && rollout.run !== before.rollout.run) || JSON.stringify(rollout) !== JSON.stringify(seen.rollout));

/** Of whoever had the Lease at this epoch, and not of one long before. */
const endOf = (lease: LeaseView | undefined, epoch: number): EndRecord | undefined =>
  lease?.ended?.epoch === epoch ? lease.ended : undefined;

/** What is left paused, or not confirmed, is for whoever comes then. */
const isLastWord = (end: EndRecord | undefined): end is EndRecord =>
  end !== undefined && end.outcome !== 'paused' && end.outcome !== 'unknown';

const stillAtWork = (holder: string, seconds: number): Failure =>
  new Failure(
    'NOT_ANSWERED',
    `${holder} ${isGuardian(holder) ? 'takes the canary back' : 'has taken over'}, and has not ended within ${durationText(seconds)}.`,
    'See its log and `operation: status`, and start this again: what it leaves is tidied up then.',
  );
