import type { ShownRevision } from '../../domain/rollback/shown-revision.ts';
import type { Hold } from '../../domain/rollout/hold.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { Writing } from '../writing.ts';

/** How a run ended, with everything its report shows. */
export type RollbackResult = BackResult | UnholdResult;

interface Shared {
  readonly dryRun: boolean;
  readonly code: FailureCode | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly namespace: string;
  readonly environment: string;
  readonly writes: readonly Writing[];
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string;
  readonly run: string | undefined;
}

export interface BackResult extends Shared {
  readonly operation: 'rollback';
  readonly outcome: 'rolled-back' | 'nothing-to-do' | 'not-started' | 'unknown';
  /** What ran when it began, and what was gone back to. */
  readonly from: ShownRevision | undefined;
  readonly to: ShownRevision | undefined;
  /** A line for each field of the pod template that changes. */
  readonly changes: readonly string[];
  /** What was stopped first, in a sentence. */
  readonly stopped: string | undefined;
  /** Digests that are held from now on. */
  readonly held: readonly string[];
  readonly smoke: readonly string[];
}

export interface UnholdResult extends Shared {
  readonly operation: 'unhold';
  readonly outcome: 'done' | 'nothing-to-do' | 'not-started';
  /** The holds that were lifted, or would be. */
  readonly lifted: readonly Hold[];
  /** Those that stay. */
  readonly stay: readonly Hold[];
}
