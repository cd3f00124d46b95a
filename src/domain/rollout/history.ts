import { share } from '../analysis/evidence.ts';
import { armFigures, weightIn } from './figures.ts';
import type { RolloutPlan } from './plan.ts';
import type { Sample } from './sample.ts';
import type { In, Rollout } from './state.ts';
import { asHeld, seenIn } from './status.ts';
import type { Watch } from './watch.ts';

/** What was seen while traffic stood at one weight. */
export interface StageHistory {
  /** `1/4`, `promoting` or `returning`. */
  readonly name: string;
  /** Percent, as ordered. */
  readonly weight: number;
  readonly heldSeconds: number;
  /** 0 to 1; `null`: not measured. */
  readonly measuredShare: number | null;
  /** Which arm was judged. */
  readonly arm: 'canary' | 'stable';
  readonly requests: number;
  readonly errors: number;
  /** Seconds; `null` when it is not known. */
  readonly latencyP99: number | null;
  readonly checks: number;
  readonly verdict: 'pass' | 'fail' | 'no-data';
  readonly findings: readonly string[];
}

/** Adds a sample to the history: one entry a stage, kept up to date while the stage lasts. */
export function recordSample(history: readonly StageHistory[], plan: RolloutPlan, state: Rollout, sample: Sample): readonly StageHistory[] {
  const watch = seenIn(plan, state, sample);
  if (watch === undefined) return history;
  const entry = entryOf(plan, asHeld(state), sample, watch);
  const last = history.at(-1);
  return last?.name === entry.name ? [...history.slice(0, -1), { ...entry, checks: last.checks + 1 }] : [...history, entry];
}

const isStage = (state: Rollout): state is In<'holding' | 'paused'> => state.phase === 'holding' || state.phase === 'paused';

function entryOf(plan: RolloutPlan, state: Rollout, sample: Sample, watch: Watch): StageHistory {
  const arm = state.phase === 'returning' ? 'stable' : 'canary';
  return {
    name: isStage(state) ? `${state.stage + 1}/${plan.stages.length}` : state.phase,
    weight: weightIn(plan, state),
    heldSeconds: Math.round(sample.at - watch.since),
    measuredShare: share(watch.evidence) ?? null,
    arm,
    ...armFigures(plan, watch, arm),
    checks: 1,
    verdict: watch.verdict?.is ?? 'no-data',
    findings: watch.verdict?.findings.map(({ text }) => text) ?? [],
  };
}
