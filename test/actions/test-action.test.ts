import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runAction } from './runner.ts';

const corpus = resolve(import.meta.dirname, '../corpus/tests/real');
let folder = '';
const at = (path: string): string => join(folder, 'workspace', path);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-test-'));
  mkdirSync(at('tests'), { recursive: true });
  mkdirSync(at('reports'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A test command: writes reports as a real tool wrote them, and ends with the exit code of that tool. */
function toolThat(writes: Readonly<Record<string, string>>, exitCode = 0, says = ''): string {
  for (const [index, from] of Object.values(writes).entries()) copyFileSync(join(corpus, from), at(`.source-${index}`));
  const steps = Object.keys(writes).map((to, index) => `writeFileSync(${JSON.stringify(to)}, readFileSync('.source-${index}'));`);
  writeFileSync(
    at('tool.mjs'),
    `import { readFileSync, writeFileSync } from 'node:fs';\n${steps.join('\n')}\nconsole.log(${JSON.stringify(says)});\nprocess.exitCode = ${exitCode};\n`,
  );
  return JSON.stringify([process.execPath, 'tool.mjs']);
}

const inputs = { junit: 'reports/*.xml', coverage: 'coverage.xml' };
const run = (command: string, more: Readonly<Record<string, string>> = {}) =>
  runAction({ action: 'test', inputs: { ...inputs, command, ...more }, folder });

it('passes what pytest passed and covered', async () => {
  const result = await run(toolThat({ 'reports/r.xml': 'pytest/passed.xml', 'coverage.xml': 'pytest/coverage-full.xml' }));
  expect(result.exitCode).toBe(0);
  expect(result.outputs).toMatchObject({
    ...{ outcome: 'passed', reason: '', tests: '6', passed: '6', failures: '0', errors: '0', skipped: '0' },
    ...{ coverage: '100.00', 'lines-covered': '13', 'lines-coverable': '13' },
  });
  expect(result.summary).toMatch(/^## ✅ test: passed\n/);
  expect(result.report).toMatchObject({ schema: 'wf-deploy/test-report/v1', outcome: 'passed', coverage: { covered: 13 } });
});

it('shows failures with their message first, at their place, and then coverage by file', async () => {
  writeFileSync(at('tests/test_broken.py'), '');
  const command = toolThat({ 'reports/r.xml': 'pytest/broken.xml', 'coverage.xml': 'pytest/coverage-low-branch.xml' }, 1);
  const result = await run(command);
  expect(result.exitCode).toBe(1);
  expect(result.outputs).toMatchObject({ outcome: 'blocked', tests: '8', failures: '3', errors: '3', skipped: '2', coverage: '53.84' });
  expect(result.outputs['reason']).toBe(
    '6 of 6 executed tests did not pass (3 failed, 3 ended in an error). ' +
      `The test command \`${process.execPath}\` ended with exit code 1. ` +
      'Coverage is 53.84 % (7 of 13) and has to be above 80 %.',
  );
  const [failure, coverage] = [result.summary.indexOf('test_fails'), result.summary.indexOf('### Coverage')];
  expect(failure).toBeGreaterThan(0);
  expect(coverage).toBeGreaterThan(failure);
  expect(result.summary).toContain('| 7 of 13 | 3, 6, 8, 13–15 |');
  const errors = result.commands.filter(({ name }) => name === 'error');
  expect(errors).toHaveLength(6);
  expect(errors[0]?.properties['title']).toBe('test: blocked');
  expect(errors[1]?.properties).toMatchObject({ file: 'tests/test_broken.py', line: '17' });
});

it('is steered by nothing that a report or a command says', async () => {
  const says = '::error::injected\n##[error]injected\n::set-output name=outcome::passed';
  const result = await run(toolThat({ 'reports/r.xml': 'pytest/broken.xml', 'coverage.xml': 'pytest/coverage-full.xml' }, 0, says));
  expect(result.outputs['outcome']).toBe('blocked');
  expect(result.commands.filter(({ message }) => message.startsWith('injected'))).toEqual([]);
  expect(result.summary.replace(/^```text\n.*?\n```$/gms, '')).not.toMatch(/<b>|^::/m);
  expect(result.summary).not.toMatch(/[^\P{Cc}\n]/u);
});

it.each([
  [
    'though the command ended well',
    { 'reports/r.xml': 'go/gotestsum-broken.xml', 'coverage.xml': 'pytest/coverage-full.xml' },
    0,
    'TESTS_FAILED',
  ],
  ['on the exit code alone', { 'reports/r.xml': 'pytest/passed.xml', 'coverage.xml': 'pytest/coverage-full.xml' }, 3, 'COMMAND_FAILED'],
  [
    'when all were skipped',
    { 'reports/r.xml': 'pytest/all-skipped.xml', 'coverage.xml': 'pytest/coverage-full.xml' },
    0,
    'NO_TEST_EXECUTED',
  ],
  ['when no test was found', { 'reports/r.xml': 'jest/syntax-unreported.xml', 'coverage.xml': 'jest/lcov.info' }, 0, 'NO_TEST_EXECUTED'],
  [
    'on too little coverage',
    { 'reports/r.xml': 'pytest/passed.xml', 'coverage.xml': 'pytest/coverage-low-branch.xml' },
    0,
    'COVERAGE_TOO_LOW',
  ],
  ['without a report of tests', { 'coverage.xml': 'pytest/coverage-full.xml' }, 0, 'REPORT_NOT_CHECKED'],
  ['without a report of coverage', { 'reports/r.xml': 'pytest/passed.xml' }, 0, 'REPORT_NOT_CHECKED'],
] as const)('blocks %s', async (_, writes, exitCode, code) => {
  const result = await run(toolThat(writes, exitCode));
  expect(result.exitCode).toBe(1);
  expect(result.outputs['outcome']).toBe('blocked');
  expect((result.report as { blockers: readonly { code: string }[] }).blockers.map((blocker) => blocker.code)).toEqual([code]);
});

it('takes no report from before', async () => {
  copyFileSync(join(corpus, 'pytest/passed.xml'), at('reports/r.xml'));
  copyFileSync(join(corpus, 'pytest/coverage-full.xml'), at('coverage.xml'));
  const result = await run(toolThat({}));
  expect(result.outputs).toMatchObject({ outcome: 'blocked', tests: '', coverage: '' });
  expect(result.outputs['reason']).toContain('only a file from before the command');
});

it('judges no coverage where it is told so, and says it', async () => {
  const result = await run(toolThat({ 'reports/r.xml': 'pytest/passed.xml' }), { coverage: '', 'coverage-threshold': 'off' });
  expect(result.outputs).toMatchObject({ outcome: 'passed', coverage: '' });
  expect(result.summary).toContain('Coverage was **not judged**');
});

it('starts in its folder, and needs one report for each pattern', async () => {
  mkdirSync(at('service'));
  const command = toolThat({ 'r.xml': 'pytest/passed.xml' });
  for (const name of ['tool.mjs', '.source-0']) copyFileSync(at(name), at(`service/${name}`));
  const more = { 'working-directory': 'service', junit: 'r.xml\nother/*.xml', coverage: '', 'coverage-threshold': 'off' };
  const result = await run(command, more);
  expect(result.outputs['reason']).toBe('The tests were not checked: `service/other/*.xml`: no such file.');
});

it('ends a command that takes too long, and blocks', async () => {
  const command = JSON.stringify([process.execPath, '-e', 'setTimeout(() => undefined, 60_000)']);
  const result = await run(command, { timeout: '1s', 'coverage-threshold': 'off' });
  expect(result.outputs['reason']).toContain('was not done after 1 s and was ended');
});

it.each([
  ['a shell line', { command: 'pytest -v && true' }, '`command`'],
  ['a threshold nobody can pass', { command: '[pytest]', 'coverage-threshold': '100' }, '`coverage-threshold`'],
  ['no coverage and a threshold', { command: '[pytest]', coverage: '' }, '`coverage` and `coverage-threshold`'],
  ['a folder outside', { command: '[pytest]', 'working-directory': '../other' }, '`working-directory`'],
])('refuses %s', async (_, more, named) => {
  const result = await run('[pytest]', more);
  expect(result.exitCode).toBe(1);
  expect(result.outputs['outcome']).toBe('not-started');
  expect(result.commands.find(({ name }) => name === 'error')?.message).toContain(named);
});

it('says so when there is no such program', async () => {
  const result = await run('[no-such-program-here]');
  expect(result.outputs).toMatchObject({ outcome: 'not-started', reason: expect.stringContaining('no-such-program-here') });
});
