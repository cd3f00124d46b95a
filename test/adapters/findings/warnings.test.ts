import { describe, expect, it } from '@jest/globals';
import { readReport } from '../../../src/adapters/findings/index.ts';
import { piecesOf } from '../../corpus/findings.ts';

const context = { roots: [], directory: '' };

async function read(format: string, document: unknown) {
  const [report] = await readReport(format, format === 'sarif' ? '' : format, piecesOf(Buffer.from(JSON.stringify(document))), context);
  return report;
}
const sarif = (invocations: unknown, tool = 'reader') =>
  read('sarif', { version: '2.1.0', runs: [{ tool: { driver: { name: tool } }, invocations, results: [] }] });
const warning = (text?: string) => ({ ...(text === undefined ? {} : { message: { text } }), level: 'warning' });
const successful = (...toolExecutionNotifications: unknown[]) => [{ executionSuccessful: true, toolExecutionNotifications }];

describe('what a tool warns of', () => {
  it('is shown, and decides nothing', async () => {
    expect(await sarif(successful(warning('a.py is long'), warning(), { message: { text: 'no level' } }, { level: 'note' }))).toEqual({
      state: 'read',
      tool: 'reader',
      findings: [],
      notes: ['It warns: a.py is long', 'It warns: it does not say of what', 'It warns: no level'],
    });
    const report = { Warnings: [{ Tag: 'runner', Text: "The linter 'exportloopref' is deprecated" }] };
    expect(await read('golangci-lint', { Issues: null, Report: report })).toMatchObject({
      state: 'read',
      notes: ["It warns: The linter 'exportloopref' is deprecated"],
    });
  });
  it('is shown ten times at most, and the rest is counted', async () => {
    const report = await sarif(successful(...Array.from({ length: 13 }, (_, index) => warning(`w${index}`))));
    expect(report).toMatchObject({ state: 'read' });
    expect(report?.state === 'read' ? report.notes.slice(9) : []).toEqual(['It warns: w9', 'It warns of 3 things more: see its log.']);
  });
  it('is a file that was not read where Semgrep warns, and Semgrep does not say what it stepped over', async () => {
    expect(await sarif(successful(warning('Syntax error at line a.json:1')), 'Semgrep OSS')).toMatchObject({
      state: 'unusable',
      why: 'Semgrep OSS says that it could not do all of its work: Syntax error at line a.json:1',
    });
    expect(await sarif(successful(), 'Semgrep OSS')).toMatchObject({ state: 'read', notes: [expect.stringContaining('only in part')] });
  });
});

describe('a run of SARIF that says how it ended', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty list', []],
    ['success, whatever the exit code', [{ executionSuccessful: true, exitCode: 1 }]],
    ['exit code 0 alone', [{ exitCode: 0 }]],
    ['no exit code', [{ endTimeUtc: '2026-11-22T07:08:23Z' }]],
  ])('is an answer with %s', async (_name, invocations) => {
    expect(await sarif(invocations)).toMatchObject({ state: 'read' });
  });
});
