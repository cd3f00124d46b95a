import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { githubPullRequests } from '../../../src/adapters/forge/pull-requests.ts';
import { failureOf } from '../thrown.ts';
import { answered, type GithubServer, githubRepository, githubServer, githubToken, line, sha } from './github-server.ts';

const pull = (number: number, merged: boolean, ...labels: readonly string[]) => ({ number, title: 'T', user: 'u', merged, labels });

let github: GithubServer;
beforeAll(async () => {
  github = await githubServer(
    line(4).map(([name, commit], index) => [
      name,
      index === 0 ? commit : { ...commit, pulls: [pull(10 + index, true, 'bug', `change: n${index}`), pull(20 + index, false, 'open')] },
    ]),
  );
});
afterAll(() => github.server.close());
beforeEach(() => {
  github.denied.clear();
  github.before = () => false;
});

const requests = () =>
  githubPullRequests({ api: github.server.url, repository: githubRepository, token: githubToken, version: 'test', pauseSeconds: 0.01 });

it('of a commit, the merged ones with their labels', async () => {
  expect(await requests().ofCommit(sha(2))).toEqual([{ number: 11, labels: ['bug', 'change: n1'] }]);
  expect(await requests().ofCommit(sha(1))).toEqual([]);
});

it('by its number, open ones too', async () => expect(await requests().numbered(22)).toEqual({ number: 22, labels: ['open'] }));

it('one that is not there, or may not be seen', async () =>
  expect(await failureOf(requests().numbered(99))).toMatchObject({
    code: 'FORGE_FORBIDDEN',
    remedy: expect.stringContaining('pull-requests: read'),
  }));

it('says which permission lacks', async () => {
  github.denied.add('pull-requests: read');
  expect(await failureOf(requests().ofCommit(sha(2)))).toMatchObject({
    code: 'FORGE_FORBIDDEN',
    remedy: expect.stringContaining('pull-requests: read'),
  });
});

const merged = { merged_at: '2026-03-01T10:00:00Z' };
it.each([
  ['null', null],
  ['an object', {}],
  ['one without labels', [{ number: 3, ...merged }]],
  ['a label that is a text', [{ number: 3, labels: ['major'], ...merged }]],
  ['a label without a name', [{ number: 3, labels: [{ name: 'bug' }, {}], ...merged }]],
  ['a number that is none', [{ number: -3, labels: [], ...merged }]],
])('%s instead of pull requests is refused: it could hide a label', async (_, body) => {
  github.before = (_request, response) => answered(response, 200, body);
  expect(await failureOf(requests().ofCommit(sha(2)))).toMatchObject({ code: 'FORGE_REFUSED' });
});

it('another one than was asked for is refused', async () => {
  github.before = (_request, response) => answered(response, 200, { number: 4, labels: [] });
  expect(await failureOf(requests().numbered(3))).toMatchObject({ code: 'FORGE_REFUSED' });
});
