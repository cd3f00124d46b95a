import { githubCodeScanning } from '../adapters/code-scanning/github.ts';
import { workspaceFindings } from '../adapters/findings/workspace.ts';
import { verifiedPrograms } from '../adapters/programs/verified.ts';
import type { ForgeConnections } from '../flows/flow.ts';
import type { GateWorld } from '../ports/worlds/gate.ts';
import { accessFor } from './forge.ts';
import type { Surroundings } from './surroundings.ts';
import { buildWorkspace } from './workspace.ts';

/** The ports of the gates over findings. Asks nobody anything yet. */
export function openGateWorld({ githubToken }: ForgeConnections, around: Surroundings): GateWorld & { close(): void } {
  const workspace = buildWorkspace(around);
  return {
    ...workspace,
    findings: workspaceFindings(around.workspace, around.temporary, workspace.files),
    programs: verifiedPrograms(around.temporary),
    codeScanning: githubCodeScanning({
      access: accessFor(githubToken, around),
      commit: around.run.commit,
      ref: around.environment['GITHUB_REF'],
      fromFork: around.building.context.fromFork,
    }),
    close: () => undefined,
  };
}
