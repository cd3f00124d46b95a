import { githubForge } from '../adapters/forge/github.ts';
import { Failure } from '../failure.ts';
import type { Forge } from '../ports/forge.ts';
import type { Surroundings } from './surroundings.ts';

/** The forge of the repository that runs. `undefined` without a token. */
export function forgeFor(token: string | undefined, { environment, version, log }: Surroundings): Forge | undefined {
  if (token === undefined) return undefined;
  const { GITHUB_API_URL: api = 'https://api.github.com', GITHUB_REPOSITORY: repository } = environment;
  if (repository === undefined)
    throw new Failure(
      'INPUT_INVALID',
      '`github-token` is given, and no repository is known.',
      'Set `GITHUB_REPOSITORY`, or leave `github-token` out.',
    );
  return githubForge({
    api,
    repository,
    token,
    version,
    onRequest: (method, path, status) => log.debug(`${method} ${path} ${status ?? 'no answer'}`),
  });
}
