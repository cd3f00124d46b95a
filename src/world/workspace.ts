import { systemClock } from '../adapters/clock/system.ts';
import { nodeDigest } from '../adapters/digest/node.ts';
import { workspaceFiles } from '../adapters/files/workspace.ts';
import { childProcesses } from '../adapters/process/child.ts';
import { workspaceReports } from '../adapters/test-reports/workspace.ts';
import type { Workspace } from '../ports/worlds/workspace.ts';
import type { Surroundings } from './surroundings.ts';

/** The ports of every flow, with or without a cluster. Asks nobody anything yet. */
export function buildWorkspace({ run, log, cancellation, handover, environment, workspace }: Surroundings): Workspace {
  const clock = systemClock();
  const files = workspaceFiles(workspace);
  return {
    run,
    clock,
    log,
    cancellation,
    handover,
    process: childProcesses({ line: (text) => log.line(`    ${text}`), environment }),
    files,
    digest: nodeDigest,
    testReports: workspaceReports(workspace, files, () => clock.now().getTime()),
  };
}
