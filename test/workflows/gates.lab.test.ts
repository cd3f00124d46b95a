import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type GithubServer, githubServer } from '../adapters/forge/github-server.ts';
import { pythonPrograms } from '../tools/python.ts';
import { ended } from './act.ts';
import { type Databases, startDatabases } from './databases.ts';
import { pythonExample, pythonInputs, requirements, type ServiceRepository, serviceRepository } from './service-repository.ts';

// The real workflow file, run by act on the Python example, up to the gate that blocks: real Ruff, Black, mypy, pytest on a real PostgreSQL and Redis, and
// Bandit. Everything behind has an address at which nobody is: a job that began there would be seen as one that failed. act proves what waits for
// what, inputs, outputs and summaries; not permissions and service containers (the databases are started beside it, on the same ports).
jest.setTimeout(600_000);
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-gates-'));
let github: GithubServer;
let databases: Databases;
let repository: ServiceRepository;
beforeAll(async () => {
  github = await githubServer();
  const programs = await pythonPrograms(requirements);
  databases = await startDatabases();
  const nobody = { ...pythonInputs, image: '127.0.0.1:1/example/agent', builder: 'none', 'prometheus-url': 'http://127.0.0.1:1' };
  repository = serviceRepository({ folder, github, example: pythonExample, programs, inputs: nobody, secrets: {}, env: {} });
}, 2_400_000);
afterAll(async () => {
  await Promise.all([databases?.stop(), github?.server.close()]);
  rmSync(folder, { recursive: true, force: true });
});

it('what is as it should be passes lint, test and scan, and goes on to the build', async () => {
  const run = await repository.push('main', { 'runs-on': '["ubuntu-24.04"]' });
  expect(ended(run)).toEqual({ lint: 'success', test: 'success', scan: 'success', build: 'failure' });
  expect(run.outputs['lint']).toMatchObject({ outcome: 'passed', reason: 'ruff, black, mypy: nothing was found.' });
  expect(run.outputs['test']).toMatchObject({ outcome: 'passed', tests: '8', passed: '8', coverage: '100.00' });
  expect(run.outputs['scan']).toMatchObject({ outcome: 'passed', reason: 'bandit: nothing was found.' });
  expect(kept()).toEqual({ lint: ['baseline.json', 'report.json'], test: ['report.json'], scan: ['baseline.json', 'report.json'] });
});

const artifacts = join(folder, 'wf-deploy/artifacts');
/** What the artifacts of a run hold, by job, and forgets them. */
function kept(): Readonly<Record<string, readonly string[]>> {
  const names = existsSync(artifacts) ? readdirSync(artifacts) : [];
  const found = names.map((name) => [/^\w+/.exec(name)?.[0], readdirSync(join(artifacts, name)).toSorted()]);
  rmSync(artifacts, { recursive: true, force: true });
  return Object.fromEntries(found) as Readonly<Record<string, readonly string[]>>;
}

it.each([
  [
    'lint, by a finding',
    (folder: string) => appendFileSync(join(folder, 'src/agent_memory/store.py'), 'import os\n'),
    { lint: 'failure' },
    ['lint', { outcome: 'blocked' }, 'F401'],
  ],
  [
    'test, by a failing test',
    (folder: string) => appendFileSync(join(folder, 'tests/test_app.py'), '\n\ndef test_sums() -> None:\n    assert sum([1, 1]) == 3\n'),
    { lint: 'success', scan: 'success', test: 'failure' },
    ['test', { outcome: 'blocked', failures: '1' }, 'test&#95;sums'],
  ],
  [
    'test, by a coverage of 79 %',
    (folder: string) => writeFileSync(join(folder, 'src/agent_memory/unused.py'), unused(23)),
    { lint: 'success', scan: 'success', test: 'failure' },
    ['test', { outcome: 'blocked', failures: '0', coverage: expect.stringMatching(/^79\./) }, 'has to be above 80 %'],
  ],
  [
    'scan, by a finding of high severity',
    (folder: string) => writeFileSync(join(folder, 'src/agent_memory/digest.py'), weak),
    { lint: 'success', test: 'success', scan: 'failure' },
    ['scan', { outcome: 'blocked', blocking: '1' }, 'B324'],
  ],
] as const)('%s blocks, and nothing after it is done', async (_, break_, jobs, [job, outputs, shown]) => {
  repository.commit('main', break_);
  const run = await repository.push('main');
  repository.undo();
  expect(run.code).toBe(1);
  expect(ended(run)).toEqual(jobs);
  expect(run.outputs[job]).toMatchObject(outputs);
  expect(run.summaries[job]).toContain(shown);
  expect(run.summaries['summary']).toMatch(new RegExp(`\\| ${job} \\| ⛔ failure \\|`));
  expect(github.repository.deployments).toEqual([]);
  // Of the gate that blocked too.
  expect(kept()[job]).not.toHaveLength(0);
});

const unused = (statements: number): string =>
  [
    '"""Nothing calls this."""',
    '',
    '',
    'def unused(value: int) -> int:',
    ...Array.from({ length: statements - 1 }, () => '    value += 1'),
    '    return value',
    '',
  ].join('\n');

const weak = [
  '"""A name for a content."""',
  '',
  'import hashlib',
  '',
  '',
  'def name(content: bytes) -> str:',
  '    return hashlib.md5(content).hexdigest()',
  '',
].join('\n');
