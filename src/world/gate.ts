import { workspaceFindings } from '../adapters/findings/workspace.ts';
import type { Gate } from '../ports/gate.ts';
import type { Surroundings } from './surroundings.ts';
import { buildWorkspace } from './workspace.ts';

/** The ports of the gates over findings. Asks nobody anything yet. */
export function buildGate(around: Surroundings): Gate {
  const workspace = buildWorkspace(around);
  return { ...workspace, findings: workspaceFindings(around.workspace, around.temporary, workspace.files) };
}
