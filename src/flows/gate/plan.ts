import type { Grade } from '../../domain/gates/severity.ts';
import type { GateTool } from '../../domain/gates/tool.ts';
import type { PinnedArchive } from '../../domain/gates/tools/trivy-release.ts';
import type { Seconds } from '../../domain/units/duration.ts';

/** What a gate over findings will do. */
export interface GatePlan {
  readonly action: 'lint' | 'scan';
  readonly tools: readonly PlannedTool[];
  readonly commands: readonly OwnCommand[];
  readonly reports: readonly { readonly format: string; readonly path: string }[];
  readonly paths: readonly string[];
  /** Relative to the workspace; empty at its root. */
  readonly directory: string;
  readonly threshold: Grade;
  readonly suppressions: string | undefined;
  readonly baseline: string | undefined;
  readonly ignoreUnfixed: boolean;
  /** Only what changed since this commit or branch counts. Without a `base` there is none, as on the first push of a branch. `undefined`: everything counts. */
  readonly changedSince: { readonly base: string | undefined } | undefined;
  readonly timeout: Seconds;
  /** To code scanning: `always` warns where it cannot be done. */
  readonly upload: 'never' | 'auto' | 'always';
}

export interface PlannedTool {
  readonly name: string;
  readonly tool: GateTool;
  readonly threshold: Grade;
  /** Where its program comes from. Missing: from PATH. */
  readonly from?: ToolSource;
}

/** The pinned release for this machine, or a mirror of any. */
export type ToolSource = 'pinned' | PinnedArchive;

/** A program of the user's own. */
export interface OwnCommand {
  readonly name: string;
  readonly run: readonly string[];
  /** `undefined`: its exit code alone decides. */
  readonly format: string | undefined;
  /** The file it writes; `undefined`: its standard output. */
  readonly report: string | undefined;
  readonly findingsExit: readonly number[];
}

export const thresholdOf = ({ tools, threshold }: GatePlan, tool: string): Grade =>
  tools.find(({ name }) => name === tool)?.threshold ?? threshold;
