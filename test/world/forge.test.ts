import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { forgeFor, openForgeWorld } from '../../src/world/forge.ts';
import type { Surroundings } from '../../src/world/surroundings.ts';
import { type GithubServer, githubRepository, githubServer, githubToken, line, sha, treeSha } from '../adapters/forge/github-server.ts';
import { failureBy } from '../adapters/thrown.ts';
import { surroundings } from './surroundings.ts';

let github: GithubServer;
beforeAll(async () => {
  github = await githubServer(line(3));
});
afterAll(() => github.server.close());

function around(environment: Readonly<Record<string, string>>): { readonly around: Surroundings; readonly said: string[] } {
  const said: string[] = [];
  return {
    said,
    around: surroundings({ log: { line: () => undefined, debug: (text) => said.push(text), annotate: () => undefined }, environment }),
  };
}

it('is the repository of the run, and its requests are told without the token', async () => {
  const on = around({ GITHUB_API_URL: github.server.url, GITHUB_REPOSITORY: githubRepository });
  const world = openForgeWorld({ githubToken }, on.around);
  expect(await world.forge?.tree(sha(2))).toBe(treeSha(2));
  expect(on.said).toEqual([`GET /repos/${githubRepository}/git/commits/${sha(2)} 200`]);
  world.close();
});

it('is none without a token', () => expect(forgeFor(undefined, around({}).around)).toBeUndefined());
it('needs a repository', () => expect(failureBy(() => forgeFor('t', around({}).around))).toMatchObject({ code: 'INPUT_INVALID' }));
