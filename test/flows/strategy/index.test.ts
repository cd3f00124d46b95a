import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { runAction } from '../../actions/runner.ts';
import { type GithubServer, githubServer, githubToken, line, sha } from '../../adapters/forge/github-server.ts';

let github: GithubServer;
beforeAll(async () => {
  github = await githubServer();
});
afterAll(() => github.server.close());
beforeEach(() => {
  github.denied.clear();
  github.repository.commits.clear();
});

const labelled = (...labels: readonly string[]): void => {
  for (const [name, commit] of line(2))
    github.repository.commits.set(name, { ...commit, pulls: [{ number: 7, title: 'T', user: 'u', merged: name === sha(2), labels }] });
};
const run = (inputs: Readonly<Record<string, string>>) =>
  runAction({
    action: 'strategy',
    inputs,
    env: { GITHUB_API_URL: github.server.url, GITHUB_SHA: sha(2), RUNNER_DEBUG: '1' },
  });
const token = { 'github-token': githubToken };

it('from a label of the pull request that brought the commit', async () => {
  labelled('bug', 'change: risky-feature');
  const { outputs, exitCode, summary, stdout, stderr } = await run(token);
  expect([exitCode, outputs]).toMatchObject([0, { outcome: 'chosen', strategy: 'canary', change: 'risky-feature' }]);
  expect(summary).toContain('#7'.replace('#', '&#35;'));
  expect(`${stdout}${stderr}`.replace(/^::add-mask::.*$/gm, '')).not.toContain(githubToken);
});

it('from the input, without a token', async () =>
  expect((await run({ change: 'schema' })).outputs).toMatchObject({ outcome: 'chosen', strategy: 'blue-green', change: 'schema' }));

it('an open pull request counts where it is named', async () => {
  labelled('change: hotfix');
  expect((await run({ ...token, commit: sha(1) })).outputs).toMatchObject({ outcome: 'not-chosen', strategy: '' });
  expect((await run({ ...token, 'pull-request': '7' })).outputs).toMatchObject({ outcome: 'chosen', strategy: 'rolling' });
});

it.each([
  ['contradicting labels', ['change: daily', 'change: major'], 'CHANGE_AMBIGUOUS'],
  ['a hostile label', ['change: ::error::\u001b[31m%0A::set-output name=strategy::canary'], 'CHANGE_AMBIGUOUS'],
])('%s: one error, and nothing is chosen', async (_, labels, code) => {
  labelled(...labels);
  const { outputs, exitCode, summary, commands, stdout } = await run(token);
  expect([exitCode, outputs['outcome'], outputs['strategy']]).toEqual([1, 'not-started', '']);
  expect(summary).toContain(code.replace('_', '&#95;'));
  expect(commands.filter(({ name }) => name === 'error').length).toBe(1);
  expect(commands.map(({ name }) => name)).not.toContain('set-output');
  expect(stdout).not.toContain('\u001b');
});

it('labels that cannot be read are not no label', async () => {
  labelled();
  github.denied.add('pull-requests: read');
  const { outputs, exitCode, summary } = await run(token);
  expect([exitCode, outputs['outcome']]).toEqual([1, 'not-started']);
  expect(summary).toContain('pull-requests: read');
});
