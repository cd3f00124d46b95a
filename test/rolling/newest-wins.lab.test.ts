import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GithubServer, githubRepository, githubServer, githubToken, line, sha, treeSha } from '../adapters/forge/github-server.ts';
import { buildGo } from '../lab/go.ts';
import { buildAndPush, type PushedImage } from '../lab/image.ts';
import { startLab } from '../lab/lab.ts';
import { deployExample, type ExampleService } from '../rollout/example-service.ts';
import { callsOf } from '../rollout/story.ts';
import { type Inputs, runStage } from './stage-runs.ts';

const starting = startLab({ name: 'newest-wins' });
let github: GithubServer;
beforeAll(async () => {
  github = await githubServer(line(9));
});
beforeAll(() => starting, 300_000);
afterAll(async () => {
  await github.server.close();
  await (await starting).stop();
});

const minutes = 60_000;

/** The example service as a commit builds it: its image says which one that was. */
async function built(number: number, tag = `commit-${number}`): Promise<PushedImage> {
  const { registry } = await starting;
  return await buildAndPush(registry, 'shop/agent', tag, {
    files: [{ path: '/agent', from: await buildGo(join(import.meta.dirname, '../../examples/service')), mode: 0o755 }],
    entrypoint: ['/agent'],
    env: { VERSION: tag },
    ports: [8080],
    labels: { 'org.opencontainers.image.revision': sha(number) },
  });
}

/** A run of the workflow of a commit. GitHub is a server of this test, which speaks the documented paths of its REST API. */
const deploy = (app: ExampleService, number: number, { pinned }: PushedImage, inputs: Inputs = {}) =>
  runStage(
    app,
    { images: `agent-api: ${pinned}`, 'github-token': githubToken, environment: app.namespace, ...inputs },
    { env: { GITHUB_API_URL: github.server.url, GITHUB_REPOSITORY: githubRepository, GITHUB_SHA: sha(number), RUNNER_DEBUG: '1' } },
  );

const imageOf = async ({ lab, namespace }: ExampleService): Promise<string> =>
  (await lab.client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'agent' }))['spec'].template.spec.containers[0].image;

/** What the Deployment was told to run, in order. */
async function ordered(app: ExampleService): Promise<readonly string[]> {
  const writes = (await callsOf(app)).filter(
    ({ resource, verb, code, dryRun }) => resource === 'deployments' && verb === 'update' && code < 300 && !dryRun,
  );
  // biome-ignore lint/suspicious/noExplicitAny: a Deployment as it was sent.
  return writes.map(({ requestObject }) => (requestObject as any).spec.template.spec.containers[0].image as string);
}

describe('the order of commits', () => {
  it(
    'is kept by runs that were queued in any order, and production takes what staging has passed',
    async () => {
      const [staging, production] = await Promise.all([
        deployExample(await starting, 'staging', { replicas: 2 }),
        deployExample(await starting, 'production', { replicas: 2 }),
      ]);
      const [two, three, four, five] = [await built(2), await built(3), await built(4), await built(5)];

      const first = await deploy(staging, 2, two);
      expect(first.outputs).toMatchObject({ outcome: 'promoted' });
      expect(first.summary).toContain('On record with GitHub');
      expect(`${first.stdout}${first.stderr}`.replace(/^::add-mask::.*$/gm, '')).not.toContain(githubToken);
      expect(github.repository.deployments[0]?.payload).toMatchObject({ digest: two.digest, tree: treeSha(2) });

      const queued = await Promise.all(
        [4, 3, 5].map((number, index) => deploy(staging, number, [four, three, five][index] as PushedImage)),
      );
      const images = [two, three, four, five].map(({ pinned }) => pinned);
      const told = (await ordered(staging)).map((image) => images.indexOf(image) + 2);
      expect(told).toEqual(told.toSorted((one, other) => one - other));
      expect(queued.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect(queued[2]?.outputs).toMatchObject({ outcome: 'promoted' });
      expect(await imageOf(staging)).toBe(five.pinned);

      const late = await deploy(staging, 3, three);
      expect(late.outputs).toMatchObject({ outcome: 'superseded', reason: expect.stringContaining('2 commits older') });

      const strict = { 'require-staging': 'true' };
      const untested = await built(6);
      const refused = await deploy(production, 6, untested, strict);
      expect([refused.exitCode, refused.outputs['outcome']]).toEqual([1, 'not-started']);
      expect(refused.summary).toContain('There is no evidence that');
      expect(await imageOf(production)).toBe(production.image);

      const passed = await deploy(production, 5, five, strict);
      expect(passed.outputs).toMatchObject({ outcome: 'promoted' });
      expect([await imageOf(production), passed.summary]).toEqual([five.pinned, expect.stringContaining('This digest passed')]);

      // Another build of the tree that was staged: the registry's own word for it is the image's label.
      const again = await built(5, 'commit-5-again');
      expect(again.digest).not.toBe(five.digest);
      const rebuilt = await deploy(production, 5, again, strict);
      expect(rebuilt.outputs).toMatchObject({ outcome: 'promoted' });
      expect(rebuilt.summary).toContain('Another build of the same source tree');
    },
    10 * minutes,
  );
});
