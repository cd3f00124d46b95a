import { type Cause, cancelled } from './cause.ts';
import type { Effect, RolloutEvent } from './effect.ts';
import { promotingWeight, type RolloutPlan, replicasOf } from './plan.ts';
import { releasing, rest } from './resting.ts';
import type { Ending, Forward, In, Move } from './state.ts';

/** Nobody is heard any more on the way back. */
export type Later = Exclude<RolloutEvent, { on: 'asked' | 'lock-lost' }>;

/** The way back depends on where the users are. */
export function back(plan: RolloutPlan, state: In<Forward>, cause: Cause, at: number): Move {
  switch (state.phase) {
    case 'claiming':
      if (state.next === 'restore') return restore(plan, cause, at, state.enough === undefined ? {} : { enough: state.enough });
      return state.next === 'promote' ? restore(plan, cause, at) : withdraw(cause);
    case 'preparing':
    case 'smoking':
    case 'scaling':
      return standDown(plan, cause);
    case 'growing':
    case 'shifting':
    case 'holding':
    case 'paused':
      return withdraw(cause);
    case 'leaving':
      return withdrawFromPause(plan, state, cause);
    case 'promoting':
    case 'returning':
      return restore(plan, cause, at);
  }
}

/** Measured harm, or a crash: of the image, and of the canary unless it was seen on stable. */
const harms = (cause: Cause): boolean => cause.kind === 'harm' || cause.kind === 'crash';

/** Stable has its full size beside the canary and carries most users itself: a canary that harms its own goes at once. */
const atOnce = (plan: RolloutPlan, cause: Cause): boolean => plan.podsFor !== undefined && harms(cause);

/** Nothing carries users yet: only our own objects are put to rest. */
export function standDown(plan: RolloutPlan, cause: Cause): Move {
  const { state, effects } = rest(plan, endingOf(cause));
  return { state, effects: [{ do: 'alert' }, ...effects] };
}

/** Traffic first: weight 0, then tell, then wait for what is in flight, then scale. */
export const withdraw = (cause: Cause, again = false): Move => empty(endingOf(cause), again);

/** Recorded first: killed in between, a run that has left it to the guardian would leave its users there until the pause's deadline. */
function withdrawFromPause({ stages }: RolloutPlan, { stage }: In<'leaving'>, cause: Cause): Move {
  const { state, effects } = withdraw(cause);
  return { state, effects: [{ do: 'record', phase: 'stages', weight: stages[stage]?.weight ?? 0 }, ...effects] };
}

/**
 * Stable is being changed, so it is mended before traffic returns to it. Traffic stays where it is meanwhile; from a stable that is
 * itself what is wrong (`leave`) it goes to the canary, which has carried all of it before.
 */
export function restore(plan: RolloutPlan, cause: Cause, at: number, how: Restoring = {}): Move {
  const { again = false, leave = false, canaryIsWell = false } = how;
  const enough = how.enough ?? (harms(cause) && !canaryIsWell ? Math.max(1, plan.replicas) : undefined);
  const sooner = enough === undefined ? {} : { enough };
  const leaves = leave && plan.podsFor === undefined;
  return {
    state: { phase: 'restoring', cause, since: at, again, ...sooner, ...(leaves ? { leave: true } : {}) },
    // Recorded first: killed in between, a successor with the same image would otherwise finish the promotion.
    effects: [
      { do: 'record', phase: 'restoring', weight: promotingWeight(plan), ...sooner },
      ...(atOnce(plan, cause) ? [{ do: 'shift', weight: 0, urgent: true } as const] : []),
      { do: 'restore-stable' },
      ...(leaves ? [toCanary] : []),
      observeStable(plan, enough),
    ],
  };
}

const toCanary: Effect = { do: 'shift', weight: 100, urgent: false };

interface Restoring {
  /** Afterwards this run's own rollout starts. */
  readonly again?: boolean;
  readonly leave?: boolean;
  /** What is wrong was seen on stable: users wait on the canary until stable is Available. */
  readonly canaryIsWell?: boolean;
  /** What a dead run has recorded. */
  readonly enough?: number;
}

/**
 * A cancel or a failed write changes nothing on the way back: it is tried again until stable is well or time is up. Only what would
 * have begun afterwards does not begin after a cancel.
 */
export function stepRestoring(plan: RolloutPlan, state: In<'restoring'>, event: Later): Move {
  if (event.on === 'sample') {
    const { cluster } = event.sample;
    const stable = cluster.is === 'answer' ? cluster.stable : undefined;
    if (stable?.status.is === 'available' && stable.runs !== 'new') return withdraw(state.cause, state.again);
    // A size that has grown since, or a pod that finds no node, must not keep users on a canary that harms them.
    if (state.enough !== undefined && stable?.runs === 'old' && stable.ready >= state.enough) return withdraw(state.cause, state.again);
  }
  if (event.at - state.since > 2 * plan.rolloutTimeout) {
    const carried = plan.podsFor === undefined ? ': the canary still carries the traffic.' : '.';
    return unknown(state.cause, `Stable did not become Available again with its old image${carried}`);
  }
  // A stable that may not be mended is left all the same. Once: somebody may move its users after that.
  const { leave = false, ...then } = state;
  if (event.on === 'failed' && event.doing === 'restore-stable' && leave) return { state: then, effects: [toCanary, observe(plan)] };
  // Without `until`: a refusal comes back at once, and the next try has to wait.
  if (event.on === 'failed') return { state: then, effects: [observe(plan)] };
  const effects: readonly Effect[] = [{ do: 'restore-stable' }, observeStable(plan, state.enough)];
  if (event.on === 'cancelled' && state.again) return { state: { ...then, cause: cancelled(event.by), again: false }, effects };
  return { state: then, effects };
}

/** The weight goes to 0. `again`: this is only the tidying up before the run's own rollout. */
export const empty = (ending: Ending, again = false, disturbed = false): Move => ({
  state: { phase: 'emptying', ending, again, disturbed },
  effects: [{ do: 'shift', weight: 0, urgent: true }],
});

export function startOver(plan: RolloutPlan): Move {
  const replicas = replicasOf(plan, 0);
  return {
    state: { phase: 'preparing' },
    effects: [
      ...(plan.leftBehind === true ? [{ do: 'tell-of-run-before' } as const] : []),
      { do: 'record', phase: 'preparing', weight: 0 },
      // What a dead run has pinned is put back first, so that this one records what was there before either.
      ...releasing(plan),
      { do: 'set-canary', replicas },
      { do: 'await-canary', replicas },
    ],
  };
}

export const observe = (plan: RolloutPlan) => ({ do: 'observe', inSeconds: plan.interval }) as const satisfies Effect;

/** Under the criteria on stable, and with a look at its pods. */
export const observeReturning = ({ interval }: RolloutPlan, inSeconds = interval): Effect => ({ do: 'observe', inSeconds, stable: true });

export const observeStable = (plan: RolloutPlan, enough?: number): Effect => ({
  do: 'observe',
  inSeconds: plan.interval,
  until: 'stable-available',
  ...(enough === undefined ? {} : { enough }),
});

export function endingOf(cause: Cause): Ending {
  return { outcome: cause.kind === 'cancel' || cause.kind === 'asked' ? 'aborted' : 'rolled-back', cause };
}

export const unknown = (cause: Cause, text: string): Move => ({
  state: { phase: 'ended', ending: { outcome: 'unknown', cause: { ...cause, text: `${cause.text} ${text}` } } },
  effects: [{ do: 'alert' }],
});
