import { pauseExpired } from './cause.ts';
import type { Effect } from './effect.ts';
import { back, observe } from './going-back.ts';
import type { RolloutPlan } from './plan.ts';
import type { Sample } from './sample.ts';
import type { In, Move } from './state.ts';
import { look } from './watch.ts';

/** Of the stage that is kept; 0 before the first. */
export const keptWeight = (plan: RolloutPlan, stage: number): number => plan.stages[stage]?.weight ?? 0;

/** What the Lease says about the stages: with this weight, and whether a person is waited for. */
export function recordStage(plan: RolloutPlan, stage: number, paused: boolean): Effect {
  const record = { do: 'record', phase: stage < 0 ? 'preparing' : 'stages', weight: keptWeight(plan, stage) } as const;
  return paused ? { ...record, paused } : record;
}

/** From here on a person decides. The weight stays, and is measured on. */
export function awaitDecision(plan: RolloutPlan, kept: Pick<In<'paused'>, 'stage' | 'watch' | 'passed'>, since: number): Move {
  return { state: { phase: 'paused', since, ...kept }, effects: [recordStage(plan, kept.stage, true), observe(plan)] };
}

export function stepPaused(plan: RolloutPlan, state: In<'paused'>, sample: Sample): Move {
  const weight = keptWeight(plan, state.stage);
  const judged = weight === 0 ? { ...plan, criteria: [] } : plan;
  // Few requests are no fault here: the stage lasts as long as a person takes. Silence is one, as everywhere.
  const seen = look(judged, state.watch, sample, 'canary', Infinity);
  if (seen.says === 'back') return back(plan, state, seen.cause, sample.at);
  if (sample.at - state.since < plan.pauseLimit) return { state: { ...state, watch: seen.watch }, effects: [observe(plan)] };
  if (plan.guardian && weight > 0) return leave(state.stage, weight);
  const why =
    weight === 0 ? 'there is no weight yet that a guardian could keep' : 'without a guardian a pause lasts only as long as its run';
  return back(plan, state, pauseExpired(plan.pauseLimit, why), sample.at);
}

/** A run that ends never leaves weight without a watcher: the guardian first says that it keeps the deadline. */
const leave = (stage: number, weight: number): Move => ({
  state: { phase: 'leaving', stage },
  effects: [{ do: 'record', phase: 'paused', weight }, { do: 'hand-over' }],
});
