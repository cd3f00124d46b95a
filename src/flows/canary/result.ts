import type { JudgedGate } from '../../domain/gates/pipeline.ts';
import type { StageHistory } from '../../domain/rollout/history.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { Changes } from '../lineage/changes.ts';
import type { Notice } from '../notice.ts';
import type { Writing } from '../writing.ts';

export type Outcome = 'promoted' | 'analysed' | 'paused' | 'rolled-back' | 'aborted' | 'superseded' | 'not-started' | 'unknown';

/** How a run ended, with everything its report shows. */
export interface CanaryResult {
  readonly outcome: Outcome;
  readonly dryRun: boolean;
  readonly code: FailureCode | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly namespace: string;
  readonly image: string;
  readonly previousImage: string;
  /** Percent, as read back; `undefined`: not known. */
  readonly weight: number | undefined;
  readonly stages: readonly StageHistory[];
  readonly writes: readonly Writing[];
  readonly smoke: readonly string[];
  readonly notices: readonly Notice[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** Against what ran before; `undefined`: nobody asked. */
  readonly changes: Changes | undefined;
  /** Sentences about its staging, its order, and what is on record of it. */
  readonly lineage: readonly string[];
  /** What had passed before, and what had been skipped with which reason. Empty: nobody said. */
  readonly gates: readonly JudgedGate[];
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string;
  readonly run: string | undefined;
}
