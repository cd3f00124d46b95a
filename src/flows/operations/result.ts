import type { Standing } from '../../domain/rollout/standing.ts';
import type { CanaryPlan } from '../canary/plan.ts';
import type { CanaryResult } from '../canary/result.ts';

/** What came of an operation. Where it had to roll out or take back by itself, that is a run like any other. */
export type OperationResult =
  | { readonly is: 'told'; readonly told: Told }
  | { readonly is: 'run'; readonly plan: CanaryPlan; readonly result: CanaryResult };

export interface Told {
  /** `done`: what was asked for is so. `unknown`: it could not be confirmed. Otherwise how the run ended that was asked. */
  readonly outcome: string;
  readonly succeeded: boolean;
  /** A sentence. */
  readonly reason: string;
  /** What is to be done next, if anything. */
  readonly remedy?: string;
  /** What was written to the cluster, or would be, one sentence each. */
  readonly writes: readonly string[];
  readonly standing?: Standing;
}

export const told = (outcome: string, reason: string, more: Partial<Omit<Told, 'outcome' | 'reason'>> = {}): OperationResult => ({
  is: 'told',
  told: { outcome, reason, succeeded: outcome !== 'unknown', writes: [], ...more },
});

/** Of a dry run. */
export const wouldDo = (writes: readonly string[], reason = 'A dry run: nothing was written.'): OperationResult =>
  told('not-started', reason, { writes });
