import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { githubForge } from '../../../src/adapters/forge/github.ts';
import { answer } from '../loopback.ts';
import { failureOf } from '../thrown.ts';
import {
  answered,
  type Commit,
  type GithubServer,
  githubRepository,
  githubServer,
  githubToken,
  line,
  sha,
  treeSha,
} from './github-server.ts';

let github: GithubServer;
beforeAll(async () => {
  github = await githubServer();
});
afterAll(() => github.server.close());
beforeEach(() => {
  github.repository.commits.clear();
  github.denied.clear();
  github.before = () => false;
  github.server.requests.length = 0;
});

const forge = () =>
  githubForge({ api: github.server.url, repository: githubRepository, token: githubToken, version: 'test', pauseSeconds: 0.01 });
const history = (count: number, change: (number: number) => Partial<Commit> = () => ({})): void => {
  for (const [index, [name, commit]] of line(count).entries()) github.repository.commits.set(name, { ...commit, ...change(index + 1) });
};
const pull = (number: number, more: object = {}) => ({ number, title: `Pull request ${number}`, user: 'hubot', merged: true, ...more });

it('lists pull requests once, and the commits that came by none', async () => {
  history(6, (number) => (number === 3 || number === 4 ? { pulls: [pull(12)] } : number === 5 ? { pulls: [pull(9)] } : {}));
  expect(await forge().changes(sha(2), sha(6))).toEqual({
    commits: 4,
    pullRequests: [
      { number: 9, title: 'Pull request 9', author: 'hubot' },
      { number: 12, title: 'Pull request 12', author: 'hubot' },
    ],
    direct: [{ commit: sha(6), title: 'Change 6', author: 'octocat' }],
    more: 0,
  });
});

it('a merge brings what the branch had', async () => {
  history(3);
  github.repository.commits.set(sha(40), { parents: [sha(2)], tree: treeSha(40), pulls: [pull(4)] });
  github.repository.commits.set(sha(41), {
    parents: [sha(3), sha(40)],
    tree: treeSha(41),
    pulls: [pull(4)],
    message: 'Merge pull request #4',
  });
  expect(await forge().changes(sha(3), sha(41))).toMatchObject({ commits: 2, pullRequests: [{ number: 4 }], direct: [] });
});

it('a pull request that is still open is none', async () => {
  history(2, () => ({ pulls: [pull(7, { merged: false })] }));
  expect(await forge().changes(sha(1), sha(2))).toMatchObject({ pullRequests: [], direct: [{ commit: sha(2) }] });
});

it('nothing lies between a commit and itself', async () => {
  history(2);
  expect(await forge().changes(sha(2), sha(2))).toEqual({ commits: 0, pullRequests: [], direct: [], more: 0 });
});

it('an author without an account is named as git names him', async () => {
  history(2, () => ({ author: undefined as unknown as string }));
  expect((await forge().changes(sha(1), sha(2))).direct).toMatchObject([{ author: 'Somebody Surname' }]);
});

it.each([
  [60, 1],
  [150, 2],
  [330, 2],
])('of %s commits the newest forty are looked at', async (count, pages) => {
  history(count + 1);
  const { commits, direct, more } = await forge().changes(sha(1), sha(count + 1));
  expect([commits, more, direct[0]?.commit, direct.at(-1)?.commit]).toEqual([count, count - 40, sha(count + 1), sha(count - 38)]);
  const asked = github.server.requests.filter((each) => each.includes('/compare/'));
  expect(asked.length).toBeLessThanOrEqual(pages + 1);
  expect(github.server.requests.filter((each) => each.includes('/pulls')).length).toBe(40);
});

it('titles and names are foreign text, and bounded', async () => {
  history(2, () => ({ message: `\u001b[31m::error::${'x'.repeat(5000)}`, author: `a\u202eb${'y'.repeat(500)}` }));
  const [commit] = (await forge().changes(sha(1), sha(2))).direct;
  expect(commit?.title).not.toMatch(/\p{Cc}/u);
  expect(commit?.author).not.toMatch(/\p{Cf}/u);
  expect([commit?.title.length, commit?.author.length].every((length) => length !== undefined && length < 130)).toBe(true);
});

it('says which permission lacks', async () => {
  history(2);
  github.denied.add('pull-requests: read');
  expect((await failureOf(forge().changes(sha(1), sha(2)))).remedy).toContain('`pull-requests: read`');
});

it.each([
  ['null', null],
  ['no commits', { total_commits: 2 }],
  ['a count that is none', { total_commits: 'many', commits: [] }],
  ['a negative count', { total_commits: -1, commits: [] }],
])('an answer with %s is refused', async (_, body) => {
  github.before = (_request, response) => answered(response, 200, body);
  expect(await failureOf(forge().changes(sha(1), sha(2)))).toMatchObject({ code: 'FORGE_REFUSED' });
});

it('commits and pull requests that are none are left out', async () => {
  history(2);
  github.before = (request, response) => {
    const nonsense = [null, 7, {}, { number: 'x', merged_at: 'y' }, { number: -1, merged_at: 'y' }];
    if (request.url?.includes('/pulls') !== true) return false;
    answer(response, 200, nonsense);
    return true;
  };
  expect(await forge().changes(sha(1), sha(2))).toMatchObject({ pullRequests: [], direct: [{ commit: sha(2) }] });
});
