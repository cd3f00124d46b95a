import { buildxImages } from '../adapters/images/buildx.ts';
import { gitSourceTree } from '../adapters/source-tree/git.ts';
import type { RegistryConnections } from '../flows/flow.ts';
import type { BuildWorld } from '../ports/worlds/build.ts';
import type { Surroundings } from './surroundings.ts';
import { buildWorkspace } from './workspace.ts';

/** The ports of a flow that builds images. Asks nobody anything yet. */
export function openBuildWorld({ login }: RegistryConnections, around: Surroundings): BuildWorld & { close(): void } {
  const { environment, temporary, workspace: root } = around;
  const { context, cacheAccess, dockerFolder } = around.building;
  const workspace = buildWorkspace(around);
  return {
    ...workspace,
    context,
    images: buildxImages({ process: workspace.process, environment, cacheAccess, dockerFolder, temporary, credentials: login }),
    sourceTree: gitSourceTree(root, environment),
    hasPlatformCache: 'ACTIONS_RUNTIME_TOKEN' in cacheAccess,
    close: () => undefined,
  };
}
