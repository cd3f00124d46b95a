import type { Reading } from '../analysis/reading.ts';
import { hears, stepAsked } from './asking.ts';
import { cancelled, isContested, sickness } from './cause.ts';
import { enter, hold, shift, stepGrowing, stepHolding } from './climbing.ts';
import type { Effect, RolloutEvent } from './effect.ts';
import { stepDraining, stepEmptying } from './emptying.ts';
import {
  back,
  empty,
  observe,
  observeReturning,
  observeStable,
  restore,
  startOver,
  stepRestoring,
  unknown,
  withdraw,
} from './going-back.ts';
import { keptWeight, stepPaused } from './pausing.ts';
import { carriedTraffic, promotingWeight, type RolloutPlan, returningWeight } from './plan.ts';
import { beforeTraffic, promote, stepPromoting, stepReturning } from './promoting.ts';
import { stepResting } from './resting.ts';
import type { Sample } from './sample.ts';
import type { Forward, In, Move, Rollout } from './state.ts';
import { startWatch } from './watch.ts';

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
  if (event.on === 'asked') {
    if (hears(state, event.request.what)) return stepAsked(plan, state, event.request, event.at);
    throw new Error(`A request came in the phase ${state.phase}, which does not hear it.`);
  }
  switch (state.phase) {
    case 'restoring':
      return stepRestoring(plan, state, event);
    case 'emptying':
      return stepEmptying(plan, state, event);
    case 'draining':
      return stepDraining(plan, state, event);
    case 'resting':
      return stepResting(plan, state, event);
    default:
      return stepForward(plan, state, event);
  }
}

function stepForward(plan: RolloutPlan, state: In<Forward>, event: Exclude<RolloutEvent, { on: 'lock-lost' | 'asked' }>): Move {
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
    case 'leaving':
      return { state: { phase: 'ended', ending: { outcome: 'paused' } }, effects: [{ do: 'alert' }] };
    case 'growing':
    case 'shifting':
    case 'holding':
    case 'paused':
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
  if (state.phase === 'paused') return { state: { ...state, watch: startWatch(at, reading) }, effects: [observe(plan)] };
  if (state.phase === 'returning') return { state: { ...state, watch: startWatch(at, reading) }, effects: [observeReturning(plan)] };
  return { state, effects: [observe(plan)] };
}

function stepSample(plan: RolloutPlan, state: In<Forward>, sample: Sample): Move {
  if (isContested(sample)) return defend(plan, state);
  const sick = sickness(sample);
  if (sick !== undefined) return back(plan, state, sick, sample.at);
  switch (state.phase) {
    case 'growing':
      return stepGrowing(plan, state, sample);
    case 'holding':
      return stepHolding(plan, state, sample);
    case 'paused':
      return stepPaused(plan, state, sample);
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
      return promote(plan, startWatch(at), beforeTraffic(plan));
    case 'tidy':
      return empty({ outcome: 'promoted' });
    case 'restore':
      return restore(plan, state.cause, at, { again: state.again, ...(state.enough === undefined ? {} : { enough: state.enough }) });
    case 'withdraw':
      return withdraw(state.cause, state.again);
  }
}

/** Our weight once more, in the place of a controller's. What is counted from here on is of this weight alone. */
function defend(plan: RolloutPlan, state: In<Forward>): Move {
  const again = (weight: number): Effect => ({ do: 'shift', weight, urgent: false });
  switch (state.phase) {
    case 'growing':
      return shift(plan, state.kept);
    case 'holding':
      return shift(plan, state.stage);
    case 'paused':
      return { state, effects: [again(keptWeight(plan, state.stage)), { do: 'measure' }] };
    case 'promoting':
      return { state, effects: [again(promotingWeight(plan)), observeStable(plan)] };
    case 'returning':
      return { state, effects: [again(returningWeight(plan)), { do: 'measure' }] };
    default:
      return { state, effects: [observe(plan)] };
  }
}

const lockLost = (text: string): Move =>
  unknown(
    { kind: 'error', code: 'LOCK_LOST', text, remedy: 'See the run that holds the Lease now: it decides where the traffic goes.' },
    'Nothing more was written.',
  );
