import type { BlueGreenOperation } from '../../domain/blue-green/record.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { Changes } from '../lineage/changes.ts';
import type { Writing } from '../writing.ts';

/** How a run ended, with everything its report shows. */
export interface BlueGreenResult {
  readonly operation: BlueGreenOperation;
  readonly outcome: 'promoted' | 'rolled-back' | 'aborted' | 'superseded' | 'nothing-to-do' | 'not-started' | 'unknown';
  /** What was asked for was done. */
  readonly succeeded: boolean;
  readonly dryRun: boolean;
  readonly code: FailureCode | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly namespace: string;
  /** Who has the users in the end. `undefined`: not known. */
  readonly live: Colour | undefined;
  readonly image: string;
  readonly previousImage: string;
  /** What users have in the end, by container. `undefined`: not known. */
  readonly images: Readonly<Record<string, string>> | undefined;
  /** Digests that this run holds. */
  readonly held: readonly string[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly asked: readonly string[];
  readonly writes: readonly Writing[];
  readonly changes: Changes | undefined;
  /** Sentences about its staging, its order, and what is on record of it. */
  readonly lineage: readonly string[];
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string;
  readonly run: string | undefined;
}
