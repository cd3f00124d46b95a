import type { ForgeAccess } from '../adapters/forge/ask.ts';
import { githubForge } from '../adapters/forge/github.ts';
import { githubPullRequests } from '../adapters/forge/pull-requests.ts';
import { ociRegistry } from '../adapters/registry/oci.ts';
import { Failure } from '../failure.ts';
import type { ForgeConnections } from '../flows/flow.ts';
import type { Forge } from '../ports/forge.ts';
import type { ForgeWorld } from '../ports/worlds/forge.ts';
import { forgePlace } from './forge-place.ts';
import type { Surroundings } from './surroundings.ts';
import { tellRequests } from './tell-requests.ts';
import { buildWorkspace } from './workspace.ts';

type Around = Pick<Surroundings, 'environment' | 'version' | 'log'>;

/** How the forge of the repository that runs is reached. `undefined` without a token. */
export function accessFor(token: string | undefined, { environment, version, log }: Around): ForgeAccess | undefined {
  if (token === undefined) return undefined;
  const { api, repository } = forgePlace(environment);
  if (repository === undefined)
    throw new Failure(
      'INPUT_INVALID',
      '`github-token` is given, and no repository is known.',
      'Set `GITHUB_REPOSITORY`, or leave `github-token` out.',
    );
  return { api, repository, token, version, onRequest: tellRequests(log) };
}

export function forgeFor(token: string | undefined, around: Around): Forge | undefined {
  const access = accessFor(token, around);
  return access === undefined ? undefined : githubForge(access);
}

/** The ports of a flow that asks the forge. Asks nobody anything yet. */
export function openForgeWorld({ githubToken }: ForgeConnections, around: Surroundings): ForgeWorld & { close(): void } {
  const access = accessFor(githubToken, around);
  return {
    ...buildWorkspace(around),
    forge: access === undefined ? undefined : githubForge(access),
    pullRequests: access === undefined ? undefined : githubPullRequests(access),
    registry: ociRegistry({ dockerConfig: around.dockerConfig }),
    close: () => undefined,
  };
}
