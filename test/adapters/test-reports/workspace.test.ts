import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { workspaceFiles } from '../../../src/adapters/files/workspace.ts';
import { readJunit } from '../../../src/adapters/test-reports/junit.ts';
import { sourceFiles } from '../../../src/adapters/test-reports/source-files.ts';
import { UnreadableReport } from '../../../src/adapters/test-reports/unreadable.ts';
import { workspaceReports } from '../../../src/adapters/test-reports/workspace.ts';
import { fileCoverage, wholeCoverage } from '../../../src/domain/gates/coverage.ts';
import { parseCoverageThreshold } from '../../../src/domain/gates/coverage-threshold.ts';
import { type TestCounts, total } from '../../../src/domain/gates/tests.ts';
import { type Blocker, type Checked, judgeTests } from '../../../src/domain/gates/tests-verdict.ts';
import type { Parsed } from '../../../src/domain/units/parsed.ts';
import { hostileCoverage, hostileTests } from '../../corpus/tests/hostile.ts';
import { coverageReports, testReports } from '../../corpus/tests/real.ts';

const corpus = resolve(import.meta.dirname, '../../corpus/tests/real');
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-reports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reportsAt = (root: string) => workspaceReports(root, workspaceFiles(root), () => Date.now());
const reports = reportsAt(folder);
const threshold = parseCoverageThreshold('0');
if (!threshold.ok) throw new Error(threshold.problem);
const limit = threshold.value;

const checked = <T>(result: Parsed<T>): Checked<T> =>
  result.ok ? { is: 'checked', value: result.value } : { is: 'not-checked', problems: [result.problem], remedy: result.remedy };
const command = { program: 'pytest', exitCode: 0, timeoutSeconds: 60 };
const onePassed: Checked<TestCounts> = {
  is: 'checked',
  value: { passed: 1, failed: 0, errored: 0, skipped: 0, flaky: 0, undescribed: 0, seconds: 0 },
};

/** What stands against a pass when this is the only report of its kind, and everything else is well. */
async function judgedTests(content: string | Uint8Array): Promise<readonly Blocker[]> {
  writeFileSync(join(folder, 'report'), content);
  const result = checked(await reports.tests('report'));
  return judgeTests(
    { command, coverage: 'off', tests: result.is === 'checked' ? { is: 'checked', value: result.value.counts } : result },
    limit,
  );
}

async function judgedCoverage(content: string | Uint8Array): Promise<readonly Blocker[]> {
  writeFileSync(join(folder, 'report'), content);
  const result = checked(await reports.coverage('report'));
  const coverage = result.is === 'checked' ? { is: 'checked' as const, value: wholeCoverage(result.value.map(fileCoverage)) } : result;
  return judgeTests({ command, tests: onePassed, coverage }, limit);
}

describe('reports of real tools', () => {
  it.each(Object.entries(testReports))('%s', async (path, counted) => {
    const result = await reportsAt(corpus).tests(path);
    const none = { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0, undescribed: 0 };
    expect(result).toMatchObject({ ok: true, value: { counts: { ...none, ...counted } } });
    const bad = (counted.failed ?? 0) + (counted.errored ?? 0) + (counted.undescribed ?? 0) > 0;
    const codes = (await judgedTests(readFileSync(join(corpus, path)))).map(({ code }) => code);
    expect(codes).toEqual(bad ? ['TESTS_FAILED'] : (counted.passed ?? 0) > 0 ? [] : ['NO_TEST_EXECUTED']);
    if (result.ok) expect(result.value.broken).toHaveLength((counted.failed ?? 0) + (counted.errored ?? 0));
  });

  it.each(Object.entries(coverageReports))('%s agrees with the tool', async (path, [covered, coverable]) => {
    const result = await reportsAt(corpus).coverage(path);
    expect(result.ok && wholeCoverage(result.value.map(fileCoverage))).toEqual({ covered, coverable });
    expect(await judgedCoverage(readFileSync(join(corpus, path)))).toEqual([]);
  });
});

it.each(Object.keys(testReports))('%s is never a pass when it was cut, wherever', async (path) => {
  const content = readFileSync(join(corpus, path));
  const last = content.toString('latin1').trimEnd().length - 1;
  const sources = sourceFiles(folder, 'report');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: last }), async (at) => {
      await expect(readJunit([content.subarray(0, at)], sources)).rejects.toBeInstanceOf(UnreadableReport);
    }),
  );
});

describe('damaged and hostile reports', () => {
  it.each(Object.entries(hostileTests))('of tests: %s', async (_, content) => {
    const blockers = await judgedTests(content);
    expect(blockers).not.toEqual([]);
    for (const { what } of blockers) expect(what).toMatch(/^[^\p{Cc}\p{Cf}]{1,600}$/u);
  });

  it.each(Object.entries(hostileCoverage))('of coverage: %s', async (_, content) => {
    const blockers = await judgedCoverage(content);
    expect(blockers.map(({ code }) => code)).toEqual(['REPORT_NOT_CHECKED']);
    for (const { what } of blockers) expect(what).toMatch(/^[^\p{Cc}\p{Cf}]{1,600}$/u);
  });

  it('a report longer than 160 MiB is not read', async () => {
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    const path = join(folder, 'long.xml');
    writeFileSync(path, '<testsuites><testcase name="a"/>');
    for (let written = 0; written < 161; written += 1) writeFileSync(path, piece, { flag: 'a' });
    writeFileSync(path, '</testsuites>', { flag: 'a' });
    expect(await reports.tests('long.xml')).toMatchObject({ ok: false, problem: expect.stringContaining('longer than') });
    rmSync(path);
  });

  it('a text that fills the memory is not read', async () => {
    const content = `<testsuites><testcase name="a"><failure>${'x'.repeat(40 * 1024 * 1024)}</failure></testcase></testsuites>`;
    expect((await judgedTests(content)).map(({ code }) => code)).toEqual(['REPORT_NOT_CHECKED']);
  });

  it('what it says is bounded and steers no terminal, no log and no page', async () => {
    const red = '&#x9b;31m::error::x&#10;::set-output name=a::b';
    writeFileSync(
      join(folder, 'report'),
      `<testsuites><testcase name="${red.repeat(200)}" classname="\u202egnp" file="../../etc/passwd" line="1"><failure message="${red}">/etc/passwd:1: ${red}</failure></testcase></testsuites>`,
    );
    const result = await reports.tests('report');
    if (!result.ok) throw new Error(result.problem);
    const [broken] = result.value.broken;
    expect(broken?.name.length).toBeLessThanOrEqual(301);
    expect(broken?.at).toBeUndefined();
    for (const text of [broken?.name, broken?.suite, broken?.message]) expect(text).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
    expect(broken?.details).toMatch(/^[^\p{Cf}]*$/u);
    expect(broken?.details.replaceAll('\n', '')).toMatch(/^\P{Cc}*$/u);
  });
});

describe('reports of this run', () => {
  let root = '';
  const at = (path: string): string => join(root, path);
  const write = (path: string, content = '<testsuites/>'): void => writeFileSync(at(path), content);
  beforeEach(() => {
    root = mkdtempSync(join(folder, 'run-'));
    mkdirSync(at('out'));
  });

  it('are those that were written since, in the order of their patterns', async () => {
    write('out/old.xml');
    write('out/again.xml');
    const ours = reportsAt(root);
    const before = await ours.standing(['out/*.xml', 'none.xml']);
    write('out/again.xml', '<testsuites name="b"/>');
    write('out/new.xml');
    expect(await ours.since(before)).toEqual([
      { pattern: 'out/*.xml', written: ['out/again.xml', 'out/new.xml'], fromBefore: ['out/old.xml'] },
      { pattern: 'none.xml', written: [], fromBefore: [] },
    ]);
  });

  it('may hold the same bytes as before', async () => {
    write('out/a.xml');
    const ours = reportsAt(root);
    const before = await ours.standing(['out/a.xml']);
    await new Promise((done) => setTimeout(done, 20));
    write('out/a.xml');
    expect(await ours.since(before)).toMatchObject([{ written: ['out/a.xml'] }]);
  });

  it('are not old ones that were put there', async () => {
    const ours = reportsAt(root);
    const before = await ours.standing(['out/*.xml']);
    write('out/restored.xml');
    utimesSync(at('out/restored.xml'), new Date('2026-01-01'), new Date('2026-01-01'));
    expect(await ours.since(before)).toMatchObject([{ written: [], fromBefore: ['out/restored.xml'] }]);
  });

  it('lie in the workspace', async () => {
    const outside = mkdtempSync(join(folder, 'outside-'));
    writeFileSync(join(outside, 'report.xml'), '<testsuites><testcase name="a"/></testsuites>');
    symlinkSync(join(outside, 'report.xml'), at('out/link.xml'));
    const ours = reportsAt(root);
    expect((await ours.standing(['out/link.xml', 'out/*'])).marks.size).toBe(0);
    expect(await ours.tests('out/link.xml')).toMatchObject({ ok: false, problem: 'it lies outside of the workspace' });
    expect(await ours.tests('out')).toMatchObject({ ok: false, problem: 'it is not a file' });
    expect(await ours.tests('out/gone.xml')).toMatchObject({ ok: false, problem: 'the system says ENOENT' });
  });

  it('name files of the workspace by one name, whoever names them and from wherever', async () => {
    mkdirSync(at('packages/a/src'), { recursive: true });
    mkdirSync(at('packages/a/coverage'));
    mkdirSync(at('packages/b/coverage'), { recursive: true });
    write('packages/a/src/x.js', '');
    const record = (path: string, hits: readonly number[]): string =>
      `SF:${path}\n${hits.map((hit, line) => `DA:${line + 1},${hit}\n`).join('')}end_of_record\n`;
    write('packages/a/coverage/unit.info', record('src/x.js', [1, 0]));
    write('packages/a/coverage/whole.info', record(at('packages/a/src/x.js'), [0, 1]));
    write('packages/b/coverage/lcov.info', record('src/x.js', [0, 0]));
    const paths = await Promise.all(
      ['packages/a/coverage/unit.info', 'packages/a/coverage/whole.info', 'packages/b/coverage/lcov.info'].map(async (path) => {
        const result = await reportsAt(root).coverage(path);
        return result.ok ? result.value.map((file) => file.path) : result.problem;
      }),
    );
    expect(paths).toEqual([['packages/a/src/x.js'], ['packages/a/src/x.js'], ['packages/b/coverage/src/x.js']]);
  });

  it('show a failure where it is in the workspace', async () => {
    mkdirSync(at('tests'));
    write('tests/test_a.py', '');
    const said = `/usr/lib/python3/runner.py:9: in call\n${at('node_modules/x/y.js')}:1:1\ntests/test_a.py:17: AssertionError`;
    write('out/r.xml', `<testsuites><testcase name="a"><failure message="m">${said}</failure></testcase></testsuites>`);
    const result = await reportsAt(root).tests('out/r.xml');
    expect(result).toMatchObject({ ok: true, value: { broken: [{ at: { file: 'tests/test_a.py', line: 17 } }] } });
    expect(result.ok && total(result.value.counts)).toBe(1);
  });
});
