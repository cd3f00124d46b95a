import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startLoad } from '../lab/load.ts';
import { ended } from './act.ts';
import { type Databases, startDatabases } from './databases.ts';
import { type PythonLab, startPythonLab } from './python-lab.ts';
import { payloadRepository } from './service-repository.ts';

// The real workflow files, run by act on the Python example against the lab: real linters, tests on a real PostgreSQL and Redis, Bandit, builder,
// registry and cluster. What blocks before the build is in gates.lab.test.ts. act proves what waits for what, conditions, inputs, outputs and `post`. It proves nothing about permissions, environments and their
// approvals, concurrency, service containers (the databases are started beside it, on the same ports) and cancel signals.
jest.setTimeout(1_200_000);
let on: PythonLab;
beforeAll(async () => {
  on = await startPythonLab('pipeline');
}, 1_200_000);
afterAll(async () => await on?.stop());

/** What was asked of cluster and registry: nothing, where a gate before them has blocked. */
async function standing(): Promise<unknown> {
  const tags = await (await fetch(`http://${on.lab.registry}/v2/example/agent/tags/list`)).json();
  return {
    staging: await on.running('staging'),
    production: await on.running('production'),
    tags,
    records: on.github.repository.deployments.length,
  };
}

const skipped = { skip: 'lint test scan', 'allow-skip': 'lint: shown elsewhere\ntest: shown elsewhere\nscan: shown elsewhere' };
const change = (folder: string): void => appendFileSync(join(folder, 'src/agent_memory/__init__.py'), '\n# changed\n');

/** As kustomize or Helm would write it: a file that no commit has. */
const rendered = {
  render: `printf '%s\\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata: { name: rendered }' "data: { for: $ENVIRONMENT }" > rendered.yaml`,
  'staging-manifests': 'rendered.yaml',
  workloads: 'deployment/agent-memory',
  'staging-room': '1 x 1m/1Mi',
};

describe('the way to production', () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await startDatabases();
  }, 2_400_000);
  afterAll(async () => await databases?.stop());

  it('develop goes to staging through all its gates', async () => {
    on.commit('develop', change);
    const run = await on.push('develop', rendered);
    expect(ended(run)).toEqual({ lint: 'success', test: 'success', scan: 'success', build: 'success', stage: 'success' });
    expect(run.outputs['lint']).toMatchObject({ outcome: 'passed', reason: 'ruff, black, mypy: nothing was found.' });
    expect(run.outputs['test']).toMatchObject({ outcome: 'passed', tests: '8', passed: '8', coverage: '100.00' });
    expect(run.outputs['scan']).toMatchObject({ outcome: 'passed' });
    expect(run.outputs['build']).toMatchObject({ outcome: 'built', image: expect.stringContaining(`${on.image}@sha256:`) });
    expect(run.outputs['stage']).toMatchObject({ outcome: 'promoted' });
    expect(await on.running('staging')).toBe(run.outputs['build']?.['image']);
    expect(await on.running('production')).toBe(`${on.image}:first`);
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'staging', name: 'rendered' };
    expect(await on.lab.client.get(ref)).toMatchObject({ data: { for: 'staging' } });
    expect(run.summaries['summary']).toContain('| stage | ✅ success promoted |');
    expect(run.summaries['stage']).toContain('On record with GitHub');
    expect(on.github.repository.deployments.map(({ environment }) => environment)).toEqual(['staging']);
  });

  it('main gives users the digest that passed staging, by a canary under load', async () => {
    on.merge('develop', 'main');
    const load = startLoad([{ url: `${on.lab.gatewayUrl}/`, rate: 40, headers: { host: on.host } }]);
    const run = await on.push('main');
    const result = await load.stop();
    expect(ended(run)).toEqual({
      ...{ lint: 'success', test: 'success', scan: 'success', build: 'success', evidence: 'success', canary: 'success' },
    });
    expect(run.outputs['build']).toMatchObject({ outcome: 'reused', image: await on.running('staging') });
    expect(run.outputs['evidence']).toMatchObject({ staged: 'true' });
    expect(run.outputs['canary']).toMatchObject({ outcome: 'promoted', image: await on.running('staging') });
    expect(await on.running('production')).toBe(await on.running('staging'));
    expect(run.summaries['canary']).toContain('<code>stage</code> passed');
    expect(run.summaries['summary']).toContain('| stage | ✅ success before, by what is on record |');
    expect(run.summaries['summary']).toContain('| canary | ✅ success promoted |');
    expect([result.failed, result.non2xx]).toEqual([0, 0]);
  });
});

it('a hotfix reaches users although develop, which has it already, was staged before it', async () => {
  on.commit('develop', (folder) => writeFileSync(join(folder, 'src/agent_memory/feature.py'), 'FEATURE = True\n'));
  on.commit('main', change);
  on.merge('main', 'develop');
  const ahead = await on.push('develop', skipped);
  expect(ended(ahead)).toEqual({ build: 'success', stage: 'success' });
  const load = startLoad([{ url: `${on.lab.gatewayUrl}/`, rate: 40, headers: { host: on.host } }]);
  const run = await on.push('main', skipped);
  await load.stop();
  expect(ended(run)).toEqual({ build: 'success', evidence: 'success', stage: 'success', canary: 'success' });
  expect(run.outputs['evidence']).toMatchObject({ staged: 'false' });
  expect([run.outputs['stage']?.['outcome'], run.outputs['canary']?.['outcome']]).toEqual(['promoted', 'promoted']);
  expect(run.summaries['stage']).toContain('Order: not asked here');
  expect(await on.running('production')).toBe(run.outputs['build']?.['image']);
  expect(run.outputs['build']?.['image']).not.toBe(ahead.outputs['build']?.['image']);
});

describe('each gate blocks, and nothing after it is done', () => {
  it('build, by an error', async () => {
    const before = await standing();
    on.commit('main', (folder) => appendFileSync(join(folder, 'Dockerfile'), 'COPY nothing /nothing\n'));
    const run = await on.push('main', skipped);
    expect(ended(run)).toEqual({ build: 'failure' });
    expect(run.outputs['build']).toMatchObject({ outcome: 'failed', image: '' });
    expect(run.summaries['summary']).toContain('| build | ⛔ failure failed |');
    expect(run.summaries['summary']).toContain('**Left out by `skip`: lint test scan.**');
    expect(await standing()).toEqual(before);
    on.undo();
  });

  it('stage, by pods that crash: staging has its old image again, and production is not touched', async () => {
    const before = [await on.running('staging'), await on.running('production')];
    on.commit('main', (folder) => appendFileSync(join(folder, 'src/agent_memory/main.py'), '\nraise SystemExit("broken")\n'));
    const run = await on.push('main', skipped);
    expect(ended(run)).toEqual({ build: 'success', evidence: 'success', stage: 'failure' });
    expect(run.outputs['evidence']).toMatchObject({ staged: 'false' });
    expect(run.outputs['stage']).toMatchObject({ outcome: 'rolled-back' });
    expect(run.summaries['stage']).toContain('broken');
    expect([await on.running('staging'), await on.running('production')]).toEqual(before);
    on.undo();
  });

  it('canary, by a gate that was skipped without a reason; the way back finds nothing to do', async () => {
    const before = await on.running('production');
    on.commit('main', change);
    const run = await on.push('main', { skip: 'lint test scan' });
    expect(ended(run)).toEqual({ build: 'success', evidence: 'success', stage: 'success', canary: 'failure', rollback: 'success' });
    expect(run.outputs['canary']).toMatchObject({ outcome: 'not-started' });
    expect(run.summaries['canary']).toContain('Gates that were skipped: `lint`, `test`, `scan`.');
    expect(run.outputs['rollback']).toMatchObject({ outcome: 'nothing-to-do' });
    expect(await on.running('production')).toBe(before);
  });

  it('canary, by errors under load: users have the old image again', async () => {
    const before = await on.running('production');
    on.commit('main', (folder) => {
      // Every request of a user fails, and health does not.
      const file = join(folder, 'src/agent_memory/app.py');
      writeFileSync(file, readFileSync(file, 'utf8').replace('return {"version": version}', 'raise RuntimeError("broken")'));
    });
    const load = startLoad([{ url: `${on.lab.gatewayUrl}/`, rate: 40, headers: { host: on.host } }]);
    const run = await on.push('main', skipped);
    await load.stop();
    expect(ended(run)).toEqual({ build: 'success', evidence: 'success', stage: 'success', canary: 'failure', rollback: 'success' });
    expect(run.outputs['canary']).toMatchObject({ outcome: 'rolled-back', weight: '0' });
    expect(run.summaries['canary']).toContain('<code>scan</code> was **skipped**: shown elsewhere');
    expect(run.summaries['summary']).toContain('| canary | ⛔ failure rolled-back |');
    expect(await on.running('production')).toBe(before);
    on.undo();
  });
});

it('a fork’s pull request is built, not pushed, and deployed nowhere', async () => {
  const before = await standing();
  on.commit('main', change);
  const pull = {
    number: 7,
    head: { ref: 'change', repo: { full_name: 'stranger/agent' } },
    base: { ref: 'main' },
    user: { login: 'stranger' },
  };
  const run = await on.run({ name: 'pull_request', payload: { number: 7, repository: payloadRepository, pull_request: pull } }, skipped);
  expect(ended(run)).toEqual({ build: 'success' });
  expect(run.outputs['build']).toMatchObject({ outcome: 'not-pushed', image: '' });
  expect(await standing()).toEqual(before);
  on.undo();
});
