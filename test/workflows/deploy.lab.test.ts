import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { type GithubServer, githubServer } from '../adapters/forge/github-server.ts';
import { auditEntries } from '../lab/audit.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { allAt, leftBehind, makeShop, pushVersions, running, type Shop, story, type Version, type Versions } from '../release/shop.ts';
import { type ActRun, errorsOf } from './act.ts';
import { type DispatchRepository, dispatchRepository } from './dispatch-repository.ts';
import { type Inputs, outputsOf } from './starter.ts';

// The real deploy.yml, called by its starter as a person starts it, run by act: three clusters in three waves, which are three namespaces of one real
// cluster, each behind a kubeconfig of its own. That the files of the repository, the form, the inputs and the secrets reach the action, that a wave
// that fails stops the next ones, and what all clusters are left with. act proves nothing about the environment and its approval, the concurrency
// group and permissions; test/release is about the action itself.
jest.setTimeout(600_000);
const services = ['auth', 'agent'];
// By weight, after the canary cluster.
const names = ['canary', 'west', 'east'] as const;
let lab: Lab;
let versions: Versions;
let shops: readonly Shop[];
let repository: DispatchRepository;
let github: GithubServer;

beforeAll(async () => {
  lab = await startLab({ name: 'deploy-workflow' });
  versions = await pushVersions(lab);
  shops = await Promise.all(names.map((name) => makeShop(lab, `wave-${name}`, services, versions)));
  const files = { '.github/release.yml': releaseFile(), '.github/clusters.yml': clustersFile };
  github = await githubServer();
  repository = dispatchRepository({ starter: 'release.yml', files, github, secrets: { KUBECONFIGS: kubeconfigs() } });
}, 600_000);
afterAll(async () => {
  await Promise.all([lab?.stop(), github?.server.close()]);
  repository?.remove();
});

const clustersFile = stringify({
  clusters: names.map((name) => ({
    ...{ name, environment: 'production', weight: name === 'west' ? 50 : 100, canary: name === 'canary' },
    ...{ namespace: `wave-${name}`, 'kubeconfig-secret': name.toUpperCase() },
  })),
});
const releaseFile = (): string =>
  stringify({
    name: 'platform',
    image: `${lab.registry}/shop/agent:{version}`,
    backup: { skip: 'nothing is stored' },
    services: services.map((name) => ({ name, health: '/health' })),
  });
const kubeconfigs = (): string =>
  stringify(Object.fromEntries(shops.map(({ kubeconfig }, index) => [names[index], Buffer.from(kubeconfig).toString('base64')])));

// biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub.
const asInStarter = "${{ inputs.environment == 'production' }}";

const everywhere = () => Promise.all(shops.map(running));
const allOf = (...at: readonly Version[]) => shops.map((shop, index) => allAt(shop, at[index] ?? 'one'));
const writtenSince = async (since: Date) => (await Promise.all(shops.map((shop) => story(shop, since)))).flat();
/** Where pods got something new, in the order in which it was written. */
const path = async (since: Date): Promise<readonly string[]> => {
  const entries = await auditEntries(lab, { userAgent: /^wf-deploy\//, since, resources: ['deployments'] });
  const written = entries.filter(({ verb, dryRun, code }) => ['update', 'patch'].includes(verb) && !dryRun && code < 300);
  return written.map(({ namespace = '' }) => namespace).filter((namespace, index, all) => namespace !== all[index - 1]);
};
const left = async () => (await Promise.all(shops.map(leftBehind))).flat();
const outcomes = (canary: string, west: string, east: string): string => JSON.stringify({ canary, west, east });
/** What only this region lacks shows when its pods start anew. */
const region = (name: (typeof names)[number], data: Readonly<Record<string, string>>) =>
  lab.client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: `wave-${name}`, name: 'region' }, data });

const release = (version: string, form: Readonly<Record<string, string>> = {}, more: Inputs = {}): Promise<ActRun> =>
  repository.start(
    { version, environment: 'production', 'dry-run': 'false', ...form },
    { soak: '1s', 'rollout-timeout': '240s', 'require-staging': false, ...more },
  );

it('as the form comes it is a dry run: old and new of every cluster are shown, and nothing is written', async () => {
  const since = new Date();
  const run = await repository.start({ version: 'two', environment: 'production' }, { 'require-staging': false });
  expect([run.code, run.jobs['deploy']]).toEqual([0, 'success']);
  expect(outputsOf(run)).toMatchObject({ outcome: 'not-started', clusters: outcomes('not-started', 'not-started', 'not-started') });
  for (const { pinned } of [versions.one, versions.two]) expect(run.summaries['deploy']).toContain(pinned.replace('@', '&#64;'));
  for (const name of names) expect(run.summaries['deploy']).toContain(`- ${name}: auth: Container`);
  expect(await writtenSince(since)).toEqual([]);
  expect(await everywhere()).toEqual(allOf('one', 'one', 'one'));
});

it.each([
  ['a version that the registry does not have', 'four', {}, {}, /four/],
  ['a cluster that is in no file', 'two', {}, { clusters: 'mars' }, /mars/],
  ['a wish for what there is not', 'two', {}, { 'on-failure': 'shrug' }, /`on-failure`/],
] as const)('%s is refused by one clear error, and nothing is written anywhere', async (_, version, form, more, says) => {
  const since = new Date();
  const run = await release(version, form, more);
  expect([run.code, run.jobs['deploy']]).toEqual([1, 'failure']);
  expect(run.outputs['deploy']).toMatchObject({ outcome: 'not-started', reason: expect.stringMatching(says) });
  expect(errorsOf(run)).toEqual([expect.stringMatching(/^::error title=.+::.+→ \w+/)]);
  expect(await writtenSince(since)).toEqual([]);
});

it('production takes nothing that has not passed staging, as the starter has it', async () => {
  const since = new Date();
  const run = await release('two', {}, { 'require-staging': asInStarter });
  expect([run.code, run.jobs['deploy']]).toEqual([1, 'failure']);
  expect(run.outputs['deploy']).toMatchObject({ outcome: 'not-started' });
  for (const name of services) expect(run.summaries['deploy']).toContain(`There is no evidence that ${name}: `);
  expect(await writtenSince(since)).toEqual([]);
});

it('goes to one wave after the other', async () => {
  const since = new Date();
  const run = await release('two');
  expect([run.code, run.jobs['deploy']]).toEqual([0, 'success']);
  expect(outputsOf(run)).toMatchObject({ outcome: 'promoted', clusters: outcomes('promoted', 'promoted', 'promoted') });
  for (const name of names) expect(run.summaries['deploy']).toContain(`| **${name}** |  |  |  | ✅ promoted |`);
  expect(await path(since)).toEqual(names.map((name) => `wave-${name}`));
  expect(run.log.match(/The next wave begins in 1 s/g)).toHaveLength(2);
  // Side by side, in no order.
  const recorded = github.repository.deployments.map(({ task, environment, statuses }) => `${task} ${environment} ${statuses[0]?.state}`);
  expect(recorded.toSorted()).toEqual(services.map((name) => `wf-deploy:${name} production success`).toSorted());
  expect(await everywhere()).toEqual(allOf('two', 'two', 'two'));
  expect(await left()).toEqual([]);
});

it('a wave that fails stops the next one, and takes back the one before', async () => {
  await region('west', { READY_AFTER: 'never' });
  const since = new Date();
  const run = await release('three');
  expect([run.code, run.jobs['deploy']]).toEqual([1, 'failure']);
  expect(run.outputs['deploy']).toMatchObject({ outcome: 'rolled-back', clusters: outcomes('rolled-back', 'rolled-back', 'not-started') });
  expect(run.summaries['deploy']).toMatch(/\| \*\*west\*\* \|.*rolled-back[\s\S]*\| \*\*east\*\* \|.*Its turn did not come/);
  expect(await path(since)).toEqual(['wave-canary', 'wave-west', 'wave-canary']);
  expect(await everywhere()).toEqual(allOf('two', 'two', 'two'));
  expect(await left()).toEqual([]);

  // What crashed there is held: the same release is refused before the first wave.
  const calm = new Date();
  const again = await release('three');
  expect(again.outputs['deploy']).toMatchObject({ outcome: 'not-started', reason: expect.stringContaining('Cluster west') });
  expect(again.summaries['deploy']).toContain('is held');
  expect(await writtenSince(calm)).toEqual([]);
});

it('with `on-failure: stop` what was done before stays', async () => {
  const since = new Date();
  const run = await release('one', {}, { 'on-failure': 'stop' });
  expect([run.code, run.jobs['deploy']]).toEqual([1, 'failure']);
  expect(run.outputs['deploy']).toMatchObject({ outcome: 'stopped', clusters: outcomes('promoted', 'rolled-back', 'not-started') });
  expect(await path(since)).toEqual(['wave-canary', 'wave-west']);
  expect(await everywhere()).toEqual(allOf('one', 'two', 'two'));
  expect(await left()).toEqual([]);
});
