import type { Cause } from './cause.ts';
import type { RecordedPhase } from './effect.ts';
import type { Move } from './state.ts';

/** What the Lease says about the run before this one. */
export interface Found {
  readonly phase: RecordedPhase;
  /** Whether it was rolling out the very image of this run. */
  readonly sameImage: boolean;
  /** It was going back from a canary that harms: with so many ready pods of its old template stable may have the traffic. */
  readonly enough?: number;
}

/**
 * The first move. Whatever a broken run left behind is dealt with before anything new starts: traffic in stages goes to
 * weight 0 with the claim itself; a promotion of the same image is finished forward, any other is undone, because weight 0
 * would send all users to a stable that is half changed.
 */
export function begin(found: Found): Move {
  if (!midPromotion(found.phase)) return { state: { phase: 'claiming', next: 'prepare' }, effects: [{ do: 'claim', weight: 0 }] };
  const asFound = [{ do: 'claim', weight: 'as-found' }] as const;
  if (found.phase !== 'restoring' && found.sameImage) return { state: { phase: 'claiming', next: 'promote' }, effects: asFound };
  return {
    state: { phase: 'claiming', next: 'restore', cause: leftBehind(found.phase), again: true, ...enoughOf(found) },
    effects: asFound,
  };
}

/** The first move of a successor that only takes back: the `post` step, or an abort after the run has ended. */
export function beginTakingBack(found: Found, cause: Cause): Move {
  if (found.phase === 'promoted') return { state: { phase: 'claiming', next: 'tidy' }, effects: [{ do: 'claim', weight: 0 }] };
  const state = { phase: 'claiming', cause, again: false } as const;
  return midPromotion(found.phase)
    ? { state: { ...state, next: 'restore', ...enoughOf(found) }, effects: [{ do: 'claim', weight: 'as-found' }] }
    : { state: { ...state, next: 'withdraw' }, effects: [{ do: 'claim', weight: 0 }] };
}

const enoughOf = ({ enough }: Found) => (enough === undefined ? {} : { enough });

/** A rollout whose ending, a good one aside, is still to come or to be told of. */
export const unfinished = (rollout: { readonly phase: RecordedPhase } | undefined): boolean =>
  rollout !== undefined && rollout.phase !== 'resting' && rollout.phase !== 'promoted';

/** Users are on the canary, and stable is half changed. */
export const midPromotion = (phase: RecordedPhase): boolean => phase === 'promoting' || phase === 'returning' || phase === 'restoring';

/** Users may be on the canary. In every other phase weight 0 was seen to be accepted, and none was ordered since. */
export const mayHaveUsers = (phase: RecordedPhase): boolean => phase === 'stages' || phase === 'paused' || midPromotion(phase);

/** A run writes so of a rollout of its own: whoever takes one back never does. */
export const goesForward = (phase: RecordedPhase): boolean =>
  phase === 'preparing' || phase === 'stages' || phase === 'paused' || phase === 'promoting' || phase === 'returning';

const leftBehind = (phase: RecordedPhase): Cause => ({
  kind: 'error',
  code: 'CANCELLED',
  text: `An earlier run ended in the phase \`${phase}\` without taking its changes back.`,
  remedy: 'Nothing: they are taken back now, before the new rollout starts.',
});
