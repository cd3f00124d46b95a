import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { githubForge } from '../../../src/adapters/forge/github.ts';
import { runAction } from '../../actions/runner.ts';
import { type GithubServer, githubRepository, githubServer, githubToken, line, sha, treeSha } from '../../adapters/forge/github-server.ts';

let github: GithubServer;
beforeAll(async () => {
  github = await githubServer(line(3));
});
afterAll(() => github.server.close());
beforeEach(() => {
  github.repository.deployments.length = 0;
  github.denied.clear();
});

const digest = `sha256:${'1'.repeat(64)}`;
const image = `127.0.0.1:1/agent@${digest}`;
const run = (inputs: Readonly<Record<string, string>>) =>
  runAction({
    action: 'evidence',
    inputs: { service: 'agent', 'github-token': githubToken, ...inputs },
    env: { GITHUB_API_URL: github.server.url, GITHUB_SHA: sha(2), RUNNER_DEBUG: '1' },
  });
const record = (state: 'success' | 'failure') =>
  githubForge({ api: github.server.url, repository: githubRepository, token: githubToken, version: '0' }).record({
    ...{
      service: 'agent',
      environment: 'staging',
      image,
      digest,
      tree: treeSha(2),
      key: undefined,
      commit: sha(2),
      state,
      description: '',
      page: undefined,
    },
  });

it('finds what the tree of its own commit was staged as', async () => {
  await record('success');
  const { outputs, exitCode, stdout, stderr } = await run({});
  expect([exitCode, outputs]).toMatchObject([0, { outcome: 'passed', staged: 'true', digest, image }]);
  expect(`${stdout}${stderr}`.replace(/^::add-mask::.*$/gm, '')).not.toContain(githubToken);
});

it.each([
  ['by digest', { image }, 'passed'],
  ['not for another environment', { image, 'staging-environment': 'qa' }, 'missing'],
  ['not for another commit', { commit: sha(3) }, 'missing'],
] as const)('%s', async (_, inputs, outcome) => {
  await record('success');
  expect((await run(inputs)).outputs).toMatchObject({ outcome, staged: String(outcome === 'passed') });
});

it('what failed since has not passed', async () => {
  await record('success');
  await record('failure');
  expect((await run({ image })).outputs).toMatchObject({ outcome: 'missing', staged: 'false' });
});

it('a token that may not ask is no evidence, and names its permission', async () => {
  await record('success');
  github.denied.add('deployments: read');
  const { outputs, exitCode } = await run({ image });
  expect([exitCode, outputs['staged']]).toEqual([0, 'false']);
  expect(outputs['reason']).toContain('`deployments: read`');
});
