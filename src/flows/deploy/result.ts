import type { PartState } from '../../domain/fleet/part-order.ts';
import type { ReleaseOutcome } from '../../domain/fleet/release.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { Writing } from '../writing.ts';

/** How a release ended, with everything its report shows. */
export interface DeployResult {
  readonly outcome: ReleaseOutcome;
  readonly dryRun: boolean;
  readonly code: FailureCode | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly release: string;
  readonly version: string | undefined;
  /** Names of clusters, in the order of the waves. */
  readonly waves: readonly (readonly string[])[];
  readonly clusters: readonly ClusterResult[];
  /** How the backup was made; `undefined`: none was needed, because nothing was changed. */
  readonly backup: string | undefined;
  readonly warnings: readonly string[];
  /** Where the images have been, what was not asked, and what is on record now. */
  readonly lineage: readonly string[];
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string;
  readonly run: string | undefined;
}

export interface ClusterResult {
  readonly name: string;
  readonly region: string | undefined;
  readonly share: number | undefined;
  readonly namespace: string;
  readonly outcome: ReleaseOutcome;
  readonly code: FailureCode | undefined;
  readonly reason: string;
  readonly backup: string | undefined;
  readonly smoke: readonly string[];
  readonly services: readonly ServiceResult[];
}

export interface ServiceResult {
  readonly name: string;
  /** ConfigMaps and Secrets of the release. */
  readonly settings: boolean;
  readonly state: PartState | 'as-wanted';
  readonly reason: string | undefined;
  readonly images: readonly { readonly container: string; readonly before: string | undefined; readonly wanted: string }[];
  /** A line for each field that changes. */
  readonly changes: readonly string[];
  readonly skipped: readonly string[];
  readonly writes: readonly Writing[];
  /** What was made new and is still there after it went back. */
  readonly left: readonly string[];
}
