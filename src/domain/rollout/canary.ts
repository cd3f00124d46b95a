import type { Reading } from '../analysis/reading.ts';
import { cancelled, sickness } from './cause.ts';
import type { Effect, RolloutEvent } from './effect.ts';
import {
  back,
  empty,
  observe,
  observeReturning,
  rest,
  restore,
  startOver,
  stepDraining,
  stepEmptying,
  stepRestoring,
  unknown,
  withdraw,
} from './going-back.ts';
import { carriedTraffic, type RolloutPlan, sizeOf } from './plan.ts';
import { beforeTraffic, promote, stepPromoting, stepReturning } from './promoting.ts';
import type { Sample } from './sample.ts';
import type { Forward, In, Move, Rollout } from './state.ts';
import { look, startWatch, type Watch } from './watch.ts';

/**
 * One event in, the next state and what to do about it out. The same event always gives the same move.
 * A lost lock ends the rollout without another write; a cancel or a failure takes back, by phase.
 */
export function step(plan: RolloutPlan, state: Rollout, event: RolloutEvent): Move {
  if (state.phase === 'ended') return { state, effects: [] };
  if (event.on === 'lock-lost') return lockLost(event.text);
  if (event.on === 'sample' && event.sample.cluster.is === 'answer' && event.sample.cluster.route.is === 'taken') {
    return lockLost('The route carries the epoch of a successor.');
  }
  switch (state.phase) {
    case 'restoring':
      return stepRestoring(plan, state, event);
    case 'emptying':
      return stepEmptying(plan, state, event);
    case 'draining':
      return stepDraining(plan, state, event);
    case 'resting':
      if (event.on === 'cancelled') return rest(plan, state.ending);
      // Traffic is where it belongs. What could not be tidied is the next run's, which makes the same writes again.
      return { state: { phase: 'ended', ending: state.ending }, effects: told(state.ending.outcome) };
    default:
      return stepForward(plan, state, event);
  }
}

function stepForward(plan: RolloutPlan, state: In<Forward>, event: Exclude<RolloutEvent, { on: 'lock-lost' }>): Move {
  if (event.on === 'cancelled') return back(plan, state, cancelled(event.by), event.at);
  if (event.on === 'failed') return back(plan, state, event.cause, event.at);
  if (event.on === 'sample') return stepSample(plan, state, event.sample);
  if (event.on === 'measured') return stepMeasured(plan, state, event.reading, event.at);
  switch (state.phase) {
    case 'claiming':
      return claimed(plan, state, event.at);
    case 'preparing':
      return plan.smoke ? { state: { phase: 'smoking' }, effects: [{ do: 'smoke' }] } : enter(plan, 0, event.at);
    case 'smoking':
      return enter(plan, 0, event.at);
    case 'scaling':
      return shift(plan, state.stage);
    case 'shifting':
    case 'holding':
    case 'promoting':
      return { state, effects: [observe(plan)] };
    case 'returning':
      return { state, effects: [observeReturning(plan)] };
  }
}

/** The canary's pods are new: a metric store that does not know them yet has missed nothing of them. */
const fromNothing = (reading: Reading): Reading =>
  reading.canary.is === 'no-data' ? { ...reading, canary: { is: 'counters', counters: new Map() } } : reading;

/** Traffic has just moved: what is counted from here on belongs to the new weight. */
function stepMeasured(plan: RolloutPlan, state: In<Forward>, reading: Reading, at: number): Move {
  if (state.phase === 'shifting') {
    const first = !carriedTraffic(plan, state.stage);
    return hold(plan, state.stage, startWatch(at, first ? fromNothing(reading) : reading), at);
  }
  if (state.phase === 'returning') return { state: { ...state, watch: startWatch(at, reading) }, effects: [observeReturning(plan)] };
  return { state, effects: [observe(plan)] };
}

function stepSample(plan: RolloutPlan, state: In<Forward>, sample: Sample): Move {
  const sick = sickness(sample);
  if (sick !== undefined) return back(plan, state, sick, sample.at);
  switch (state.phase) {
    case 'holding':
      return stepHolding(plan, state, sample);
    case 'promoting':
      return stepPromoting(plan, state, sample);
    case 'returning':
      return stepReturning(plan, state, sample);
    default:
      return { state, effects: [observe(plan)] };
  }
}

function claimed(plan: RolloutPlan, state: In<'claiming'>, at: number): Move {
  switch (state.next) {
    case 'prepare':
      return startOver(plan);
    case 'promote':
      return promote(startWatch(at), beforeTraffic(plan));
    case 'tidy':
      return empty({ outcome: 'promoted' });
    case 'restore':
      return restore(plan, state.cause, at, state.again);
    case 'withdraw':
      return withdraw(state.cause, state.again);
  }
}

/** Pods first: no weight moves before its target is Available. */
function enter(plan: RolloutPlan, stage: number, at: number, watch?: Watch): Move {
  const weight = plan.stages[stage]?.weight;
  if (weight === undefined) return plan.promote ? promote(startWatch(at, watch?.evidence.last)) : empty({ outcome: 'analysed' });
  const size = sizeOf(plan, stage);
  const first = weight > 0 && !carriedTraffic(plan, stage);
  return {
    state: { phase: 'scaling', stage },
    effects: [{ do: 'scale-canary', ...size }, { do: 'await-canary', ...size }, ...(first ? beforeTraffic(plan) : [])],
  };
}

function shift(plan: RolloutPlan, stage: number): Move {
  const weight = plan.stages[stage]?.weight ?? 0;
  return {
    state: { phase: 'shifting', stage },
    effects: [{ do: 'record', phase: 'stages', weight }, { do: 'shift', weight, urgent: false }, { do: 'measure' }],
  };
}

function hold(plan: RolloutPlan, stage: number, watch: Watch, at: number): Move {
  const left = watch.since + (plan.stages[stage]?.holdSeconds ?? 0) - at;
  return {
    state: { phase: 'holding', stage, watch },
    effects: [{ do: 'observe', inSeconds: left > 0 ? Math.min(plan.interval, left) : plan.interval }],
  };
}

function stepHolding(plan: RolloutPlan, state: In<'holding'>, sample: Sample): Move {
  const { weight, holdSeconds } = plan.stages[state.stage] ?? { weight: 0, holdSeconds: 0 };
  // At weight 0 there is no traffic to judge: the stage asks for healthy pods only.
  const judged = weight === 0 ? { ...plan, criteria: [] } : plan;
  const seen = look(judged, state.watch, sample, 'canary', holdSeconds);
  if (seen.says === 'back') return back(plan, state, seen.cause, sample.at);
  const heldLongEnough = sample.at - state.watch.since >= holdSeconds;
  if (seen.says === 'pass' && heldLongEnough) return enter(plan, state.stage + 1, sample.at, seen.watch);
  return hold(plan, state.stage, seen.watch, sample.at);
}

/** A way back was told of when the weight was 0; every other ending is told of at the end. */
const told = (outcome: string): readonly Effect[] => (outcome === 'promoted' || outcome === 'analysed' ? [{ do: 'alert' }] : []);

const lockLost = (text: string): Move =>
  unknown(
    { kind: 'error', code: 'LOCK_LOST', text, remedy: 'See the run that holds the Lease now: it decides where the traffic goes.' },
    'Nothing more was written.',
  );
