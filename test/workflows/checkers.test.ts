import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, jest } from '@jest/globals';
import { run } from '../lab/command.ts';
import { toolPath, tools } from '../lab/tools.ts';
import { pythonTools } from '../tools/python.ts';
import { root, workflowFolder, workflowNames } from './workflow-files.ts';

// Installing zizmor for the first time takes its time, and more over a slow network.
jest.setTimeout(900_000);
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-workflows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = workflowNames.map((name) => join(workflowFolder, name));

async function actionlint(some: readonly string[]) {
  const tool = tools.find(({ name }) => name === 'actionlint');
  if (tool === undefined) throw new Error('no actionlint');
  const shellcheck = join(await pythonTools(), 'shellcheck');
  return await run(
    [
      toolPath(tool),
      `-shellcheck=${shellcheck}`,
      '-pyflakes=',
      '-no-color',
      '-config-file',
      join(root, '.github/actionlint.yaml'),
      ...some,
    ],
    { directory: root },
  );
}

/** Without a network, as what it would ask about actions elsewhere is not ours to answer here. */
const zizmor = async (some: readonly string[]) =>
  await run([
    join(await pythonTools(), 'zizmor'),
    '--offline',
    '--no-progress',
    '--color=never',
    '--config',
    join(root, '.github/zizmor.yml'),
    ...some,
  ]);

it('actionlint finds nothing but what its ignores name', async () => {
  const { code, stdout, stderr } = await actionlint(files);
  expect([code, `${stdout}${stderr}`]).toEqual([0, '']);
});

it('zizmor finds nothing but what its ignores name, in workflows, in composite actions and in starters', async () => {
  const { code, stdout } = await zizmor([...files, join(root, 'actions/check/action.yml'), join(root, 'examples/workflows')]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('No findings to report')]);
});

it('all three would find something', async () => {
  const bad = join(folder, 'bad.yml');
  writeFileSync(
    bad,
    [
      'on: { pull_request_target: {} }',
      'jobs:',
      '  one:',
      '    runs-on: ubuntu-24.04',
      '    steps:',
      '      - uses: actions/checkout@v5',
      '      - run: echo ${{ github.event.pull_request.title }}',
      '      - run: cd $HOME && rm -r $1',
    ].join('\n'),
  );
  const said = (await actionlint([bad])).stdout;
  for (const what of ['is potentially untrusted', 'SC2086']) expect(said).toContain(what);
  const found = await zizmor([bad]);
  expect(found.code).not.toBe(0);
  for (const audit of ['dangerous-triggers', 'template-injection', 'unpinned-uses', 'artipacked']) expect(found.stdout).toContain(audit);
});
