import type { Findings } from './findings.ts';
import type { Workspace } from './workspace.ts';

/** What a gate over findings has. */
export interface Gate extends Workspace {
  readonly findings: Findings;
}
