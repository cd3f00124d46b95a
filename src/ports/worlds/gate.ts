import type { CodeScanning } from '../code-scanning.ts';
import type { Findings } from '../findings.ts';
import type { Programs } from '../programs.ts';
import type { Workspace } from './workspace.ts';

/** What a gate over findings has. */
export interface GateWorld extends Workspace {
  readonly findings: Findings;
  readonly programs: Programs;
  readonly codeScanning: CodeScanning;
}
