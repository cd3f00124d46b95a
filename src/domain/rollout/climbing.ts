import type { Effect } from './effect.ts';
import { back, empty, observe } from './going-back.ts';
import { awaitDecision } from './pausing.ts';
import { type CanarySize, carriedTraffic, type RolloutPlan, sizeOf } from './plan.ts';
import { beforeTraffic, promote } from './promoting.ts';
import type { Sample } from './sample.ts';
import type { In, Move } from './state.ts';
import { fellSilent, look, startWatch, type Watch } from './watch.ts';

interface From extends Pick<In<'holding'>, 'stage' | 'watch'> {
  /** At this moment its users were found well, and all its pods there. */
  readonly well?: boolean;
}

/** Pods first: no weight moves before its target is Available. `from`: the stage whose weight stands. */
export function enter(plan: RolloutPlan, stage: number, at: number, from?: From): Move {
  const weight = plan.stages[stage]?.weight;
  if (weight === undefined) return plan.promote ? promote(plan, startWatch(at, from?.watch.evidence.last)) : empty({ outcome: 'analysed' });
  const size = sizeOf(plan, stage);
  if (from !== undefined && carriedTraffic(plan, stage)) {
    if (from.well === true && isSameSize(size, sizeOf(plan, from.stage))) return shift(plan, stage);
    const state = { phase: 'growing', stage, kept: from.stage, watch: from.watch, since: at, there: false } as const;
    return { state, effects: [{ do: 'scale-canary', ...size }, awaitPods(plan, state, at)] };
  }
  return {
    state: { phase: 'scaling', stage },
    effects: [{ do: 'scale-canary', ...size }, { do: 'await-canary', ...size }, ...(weight > 0 ? beforeTraffic(plan) : [])],
  };
}

/** An autoscaler changes it at any time. */
const isSameSize = (wanted: CanarySize, present: CanarySize): boolean =>
  wanted.replicas === present.replicas && wanted.autoscaled !== true && present.autoscaled !== true;

function awaitPods(plan: RolloutPlan, { stage, since }: Pick<In<'growing'>, 'stage' | 'since'>, at: number): Effect {
  const left = since + plan.rolloutTimeout - at;
  const inSeconds = left > 0 ? Math.min(plan.interval, left) : plan.interval;
  return { do: 'await-canary', ...sizeOf(plan, stage), looking: { inSeconds, last: left <= plan.interval } };
}

/** Its users are watched as in a stage, and nobody follows them on a look that shows anything but health. */
export function stepGrowing(plan: RolloutPlan, state: In<'growing'>, sample: Sample): Move {
  const seen = look(plan, state.watch, sample, 'canary', state.since - state.watch.since + plan.rolloutTimeout);
  if (seen.says === 'back') return back(plan, state, seen.cause, sample.at);
  const { cluster } = sample;
  const awaited = cluster.is === 'answer' ? cluster.canary.awaited : undefined;
  const there = awaited === undefined ? state.there : awaited.are === 'there';
  const growing = { ...state, watch: seen.watch, there };
  // Few requests are no fault here: this weight was kept long enough, or a person has decided.
  const isWell = seen.watch.verdict?.is !== 'fail' && (seen.watch.silentSince === undefined || fellSilent(seen.watch, sample));
  if (!isWell) return { state: growing, effects: [{ ...observe(plan), ...(there ? {} : { growing: true }) }] };
  return there ? shift(plan, state.stage) : { state: growing, effects: [awaitPods(plan, state, sample.at)] };
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
  if (pause) return awaitDecision(plan, { stage: state.stage, watch: seen.watch, passed: true }, sample.at);
  const well = sample.cluster.is === 'answer' && sample.cluster.canary.readyEndpoints >= sizeOf(plan, state.stage).replicas;
  return enter(plan, state.stage + 1, sample.at, { stage: state.stage, watch: seen.watch, well });
}
