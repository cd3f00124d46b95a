import { extend, startEvidence, window } from '../analysis/evidence.ts';
import { type Cause, cancelled, sickness } from './cause.ts';
import type { Effect, RolloutEvent } from './effect.ts';
import { carriedTraffic, promotingWeight, type RolloutPlan, replicasOf } from './plan.ts';
import type { Sample } from './sample.ts';
import type { Ending, Forward, In, Move } from './state.ts';

/** Nobody is heard any more on the way back. */
type Later = Exclude<RolloutEvent, { on: 'asked' | 'lock-lost' }>;

/** The way back depends on where the users are. */
export function back(plan: RolloutPlan, state: In<Forward>, cause: Cause, at: number): Move {
  switch (state.phase) {
    case 'claiming':
      return state.next === 'promote' || state.next === 'restore' ? restore(plan, cause, at) : withdraw(cause);
    case 'preparing':
    case 'smoking':
      return standDown(plan, cause);
    case 'scaling':
      return carriedTraffic(plan, state.stage) ? withdraw(cause) : standDown(plan, cause);
    case 'shifting':
    case 'holding':
    case 'paused':
    case 'leaving':
      return withdraw(cause);
    case 'promoting':
    case 'returning':
      return restore(plan, cause, at);
  }
}

/** Stable has its full size beside the canary and carries most users itself: a canary that harms its own goes at once. */
const atOnce = (plan: RolloutPlan, cause: Cause): boolean =>
  plan.podsFor !== undefined && (cause.kind === 'harm' || cause.kind === 'crash');

/** Nothing carries users yet: only our own objects are put to rest. */
export function standDown(plan: RolloutPlan, cause: Cause): Move {
  const { state, effects } = rest(plan, endingOf(cause));
  return { state, effects: [{ do: 'alert' }, ...effects] };
}

/** Traffic first: weight 0, then tell, then wait for what is in flight, then scale. */
export const withdraw = (cause: Cause, again = false): Move => empty(endingOf(cause), again);

/**
 * Stable is being changed, so it is mended before traffic returns to it. Traffic stays where it is meanwhile; from a stable that is
 * itself what is wrong (`leave`) it goes to the canary, which has carried all of it before.
 */
export function restore(plan: RolloutPlan, cause: Cause, at: number, again = false, leave = false): Move {
  return {
    state: { phase: 'restoring', cause, since: at, again },
    // Recorded first: killed in between, a successor with the same image would otherwise finish the promotion.
    effects: [
      { do: 'record', phase: 'restoring', weight: promotingWeight(plan) },
      ...(atOnce(plan, cause) ? [{ do: 'shift', weight: 0, urgent: true } as const] : []),
      { do: 'restore-stable' },
      ...(leave && plan.podsFor === undefined ? [{ do: 'shift', weight: 100, urgent: false } as const] : []),
      observeStable(plan),
    ],
  };
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
  }
  if (event.at - state.since > 2 * plan.rolloutTimeout) {
    const carried = plan.podsFor === undefined ? ': the canary still carries the traffic.' : '.';
    return unknown(state.cause, `Stable did not become Available again with its old image${carried}`);
  }
  // Without `until`: a refusal comes back at once, and the next try has to wait.
  if (event.on === 'failed') return { state, effects: [observe(plan)] };
  if (event.on === 'cancelled' && state.again) {
    return { state: { ...state, cause: cancelled(event.by), again: false }, effects: [{ do: 'restore-stable' }, observeStable(plan)] };
  }
  return { state, effects: [{ do: 'restore-stable' }, observeStable(plan)] };
}

/** The weight goes to 0. `again`: this is only the tidying up before the run's own rollout. */
export const empty = (ending: Ending, again = false, disturbed = false): Move => ({
  state: { phase: 'emptying', ending, again, disturbed },
  effects: [{ do: 'shift', weight: 0, urgent: true }],
});

export function stepEmptying(plan: RolloutPlan, state: In<'emptying'>, event: Later): Move {
  // A second signal changes nothing: the same write is made until it is confirmed.
  if (event.on === 'cancelled') return empty(state.again ? endingOf(cancelled(event.by)) : state.ending, false, state.disturbed);
  if (event.on === 'failed') {
    const cause = 'cause' in state.ending ? state.ending.cause : event.cause;
    return unknown(cause, `Weight 0 could not be confirmed: ${event.cause.text}`);
  }
  if (state.again) return startOver(plan);
  const { ending, disturbed } = state;
  const telling: readonly Effect[] = 'cause' in ending && !disturbed ? [{ do: 'alert' }] : [];
  return {
    state: { phase: 'draining', ending, disturbed, since: event.at, evidence: startEvidence() },
    effects: [
      ...telling,
      { do: 'record', phase: ending.outcome === 'promoted' ? 'promoted' : 'emptying', weight: 0 },
      isHurried(ending) ? hurriedWait(plan) : { do: 'measure' },
    ],
  };
}

/**
 * Pods are taken away only after the drain, and after the measured share followed the weight; where it does not (header
 * requests count as well), after four drains. A cancelled run has no time for either.
 */
export function stepDraining(plan: RolloutPlan, state: In<'draining'>, event: Later): Move {
  const hurried = isHurried(state.ending);
  const wait: Effect = hurried ? hurriedWait(plan) : { do: 'observe', inSeconds: plan.drain };
  if (event.on === 'measured') return { state: { ...state, evidence: startEvidence(event.reading) }, effects: [wait] };
  if (event.on !== 'sample') return rest(plan, state.ending);
  const { cluster } = event.sample;
  if (cluster.is === 'answer' && cluster.route.is === 'changed') return disturb(state, event.sample);
  if (hurried) return rest(plan, state.ending);
  const evidence = extend(state.evidence, event.sample.reading);
  const canary = window(evidence, 'canary', 0).requests;
  const stable = window(evidence, 'stable', 0).requests;
  const left = canary <= mostShareAtRest * (canary + stable);
  if (left || event.at - state.since >= 4 * plan.drain) return rest(plan, state.ending);
  return { state: { ...state, evidence }, effects: [wait] };
}

/** Someone else gave the canary users again: 0 is written once more, and its pods never go while a route leads to them. */
function disturb({ ending, disturbed }: In<'draining'>, sample: Sample): Move {
  const drift = sickness(sample);
  if (!disturbed || drift === undefined) return empty(ending, false, true);
  return unknown(
    'cause' in ending ? ending.cause : drift,
    `Weight 0 did not last, and the canary's pods were left to its users: ${drift.text}`,
  );
}

const mostShareAtRest = 0.01;

/** Seconds. A cancelled process is killed ten seconds after the first signal; the pods' own grace period does the rest. */
const drainWhenCancelled = 4;

const isHurried = (ending: Ending): boolean => 'cause' in ending && ending.cause.kind === 'cancel';

const hurriedWait = (plan: RolloutPlan): Effect => ({
  do: 'observe',
  inSeconds: Math.min(plan.drain, drainWhenCancelled),
  unmeasured: true,
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

/** The canary rests at no pods, the Lease says so, and nobody has to watch any more. */
export function rest(plan: RolloutPlan, ending: Ending): Move {
  return {
    state: { phase: 'resting', ending },
    effects: [
      { do: 'scale-canary', replicas: 0 },
      ...releasing(plan),
      { do: 'record', phase: 'resting', weight: 0 },
      ...(plan.guardian ? [{ do: 'dismiss-guardian' } as const] : []),
    ],
  };
}

const releasing = ({ minima }: RolloutPlan): readonly Effect[] => (minima ? [{ do: 'release-minima' }] : []);

export const observe = (plan: RolloutPlan): Effect => ({ do: 'observe', inSeconds: plan.interval });

/** Under the criteria on stable, and with a look at its pods. */
export const observeReturning = ({ interval }: RolloutPlan, inSeconds = interval): Effect => ({ do: 'observe', inSeconds, stable: true });

export const observeStable = (plan: RolloutPlan): Effect => ({ do: 'observe', inSeconds: plan.interval, until: 'stable-available' });

function endingOf(cause: Cause): Ending {
  return { outcome: cause.kind === 'cancel' || cause.kind === 'asked' ? 'aborted' : 'rolled-back', cause };
}

export const unknown = (cause: Cause, text: string): Move => ({
  state: { phase: 'ended', ending: { outcome: 'unknown', cause: { ...cause, text: `${cause.text} ${text}` } } },
  effects: [{ do: 'alert' }],
});
