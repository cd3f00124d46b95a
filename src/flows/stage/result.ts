import type { HistoryRow } from '../../domain/rolling/history-rows.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { Changes } from '../lineage/changes.ts';
import type { Notice } from '../notice.ts';
import type { Writing } from '../writing.ts';
import type { Operation } from './plan.ts';

/** How a run ended, with everything its report shows. */
export type StageResult = UpdateResult | OperationResult;

interface Shared {
  readonly dryRun: boolean;
  readonly code: FailureCode | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly namespace: string;
  readonly writes: readonly Writing[];
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string;
  readonly run: string | undefined;
}

export interface UpdateResult extends Shared {
  readonly operation: 'deploy';
  readonly outcome: 'promoted' | 'rolled-back' | 'aborted' | 'superseded' | 'not-started' | 'unknown';
  readonly objects: readonly ChangedObject[];
  readonly skipped: readonly string[];
  readonly notes: readonly string[];
  /** Against what ran before; `undefined`: nobody asked. */
  readonly changes: Changes | undefined;
  /** Sentences about its staging, its order, and what is on record of it. */
  readonly lineage: readonly string[];
  readonly smoke: readonly string[];
  /** What was made new by this run and is still there after it went back. */
  readonly left: readonly string[];
  readonly notices: readonly Notice[];
}

/** One object of a run, and what the run wanted of it. */
export interface ChangedObject {
  readonly kind: string;
  readonly name: string;
  /** Of a workload, by container. */
  readonly images?: { readonly before: Readonly<Record<string, string>>; readonly wanted: Readonly<Record<string, string>> };
  /** A line for each field; empty: it was as wanted already. */
  readonly changes: readonly string[];
  /** Its pods were waited for. */
  readonly waitedFor: boolean;
}

export interface OperationResult extends Shared {
  readonly operation: Operation;
  readonly outcome: 'done' | 'failed' | 'not-started';
  readonly workloads: readonly WorkloadReport[];
}

export interface WorkloadReport {
  readonly kind: string;
  readonly name: string;
  /** What was done, or what there is, in a sentence. */
  readonly said: string;
  readonly ok: boolean;
  /** Newest first; empty where it was not asked for. */
  readonly history: readonly HistoryRow[];
}
