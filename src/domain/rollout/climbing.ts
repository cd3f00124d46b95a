import { back, empty } from './going-back.ts';
import { awaitDecision } from './pausing.ts';
import { carriedTraffic, type RolloutPlan, sizeOf } from './plan.ts';
import { beforeTraffic, promote } from './promoting.ts';
import type { Sample } from './sample.ts';
import type { In, Move } from './state.ts';
import { look, startWatch, type Watch } from './watch.ts';

/** Pods first: no weight moves before its target is Available. */
export function enter(plan: RolloutPlan, stage: number, at: number, watch?: Watch): Move {
  const weight = plan.stages[stage]?.weight;
  if (weight === undefined) return plan.promote ? promote(plan, startWatch(at, watch?.evidence.last)) : empty({ outcome: 'analysed' });
  const size = sizeOf(plan, stage);
  const first = weight > 0 && !carriedTraffic(plan, stage);
  return {
    state: { phase: 'scaling', stage },
    effects: [{ do: 'scale-canary', ...size }, { do: 'await-canary', ...size }, ...(first ? beforeTraffic(plan) : [])],
  };
}

export function shift(plan: RolloutPlan, stage: number): Move {
  const weight = plan.stages[stage]?.weight ?? 0;
  return {
    state: { phase: 'shifting', stage },
    effects: [{ do: 'record', phase: 'stages', weight }, { do: 'shift', weight, urgent: false }, { do: 'measure' }],
  };
}

export function hold(plan: RolloutPlan, stage: number, watch: Watch, at: number): Move {
  const left = watch.since + (plan.stages[stage]?.holdSeconds ?? 0) - at;
  return {
    state: { phase: 'holding', stage, watch },
    effects: [{ do: 'observe', inSeconds: left > 0 ? Math.min(plan.interval, left) : plan.interval }],
  };
}

export function stepHolding(plan: RolloutPlan, state: In<'holding'>, sample: Sample): Move {
  const { weight, holdSeconds, pause = false } = plan.stages[state.stage] ?? { weight: 0, holdSeconds: 0 };
  // At weight 0 there is no traffic to judge: the stage asks for healthy pods only.
  const judged = weight === 0 ? { ...plan, criteria: [] } : plan;
  const seen = look(judged, state.watch, sample, 'canary', holdSeconds);
  if (seen.says === 'back') return back(plan, state, seen.cause, sample.at);
  const heldLongEnough = sample.at - state.watch.since >= holdSeconds;
  if (seen.says !== 'pass' || !heldLongEnough) return hold(plan, state.stage, seen.watch, sample.at);
  return pause
    ? awaitDecision(plan, { stage: state.stage, watch: seen.watch, passed: true }, sample.at)
    : enter(plan, state.stage + 1, sample.at, seen.watch);
}
