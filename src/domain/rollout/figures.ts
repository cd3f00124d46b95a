import type { Arm } from '../analysis/arm.ts';
import { window } from '../analysis/evidence.ts';
import { quantileOf } from '../analysis/latency.ts';
import { promotingWeight, type RolloutPlan, returningWeight } from './plan.ts';
import type { Sample } from './sample.ts';
import type { Rollout } from './state.ts';
import { asHeld, placeOf, seenIn } from './status.ts';
import type { Watch } from './watch.ts';

/** What both arms did while traffic stood at one weight. */
export interface Figures {
  /** As a person says it: `stage 2/4, 25 %`. */
  readonly place: string;
  /** Percent, as ordered. */
  readonly weight: number;
  readonly canary: ArmFigures;
  readonly stable: ArmFigures;
}

export interface ArmFigures {
  readonly requests: number;
  readonly errors: number;
  /** Seconds; `null` when it is not known. */
  readonly latencyP99: number | null;
}

/** `undefined` in the phases in which nothing is judged. */
export function figuresOf(plan: RolloutPlan, at: Rollout, sample: Sample): Figures | undefined {
  const watch = seenIn(plan, at, sample);
  const state = asHeld(at);
  const place = placeOf(plan, state);
  if (watch === undefined || place === undefined) return undefined;
  return { place, weight: weightIn(plan, state), canary: armFigures(plan, watch, 'canary'), stable: armFigures(plan, watch, 'stable') };
}

/** Percent, as ordered while an arm is judged. */
export const weightIn = (plan: RolloutPlan, state: Rollout): number =>
  state.phase === 'holding' || state.phase === 'paused'
    ? (plan.stages[state.stage]?.weight ?? 0)
    : state.phase === 'returning'
      ? returningWeight(plan)
      : promotingWeight(plan);

export function armFigures(plan: RolloutPlan, { evidence }: Watch, arm: Arm): ArmFigures {
  const { requests, errors } = evidence[arm].total;
  const p99 = quantileOf(window(evidence, arm, plan.minRequests, 'latencyRequests'), 0.99);
  return {
    requests: Math.round(requests),
    errors: Math.round(errors),
    latencyP99: p99 !== undefined && p99.is === 'at' ? p99.seconds : null,
  };
}
