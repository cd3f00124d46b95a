import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import type { CanaryPlan } from '../canary/plan.ts';

/** What is done to a service beside a run of its own. `release` is not among them: that is the rollout itself. */
export const operationNames = ['status', 'pause', 'resume', 'promote', 'abort', 'prepare', 'uninstall', 'unlock'] as const;
export type OperationName = (typeof operationNames)[number];

export interface OperationPlan {
  readonly operation: OperationName;
  /** Empty: none was given. */
  readonly reason: string;
  /** Of `abort`: what another workflow run has begun is left alone. */
  readonly onlyThisRun: boolean;
  /** The service with its names and limits, and the rollout that `promote` makes of it where no run is left to ask. */
  readonly canary: CanaryPlan;
}

/** It is kept as an annotation and an Event. */
const longestReason = 300;

export const parseReason = (text: string): Parsed<string> =>
  text.length > longestReason ? refused('is too long', `Write at most ${longestReason} characters.`) : parsed(text);
