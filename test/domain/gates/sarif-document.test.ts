import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../../src/domain/gates/finding.ts';
import { sarifDocument } from '../../../src/domain/gates/sarif-document.ts';
import type { Judged } from '../../../src/domain/gates/verdict.ts';

const judged = (more: Partial<Finding> = {}, standing: Judged['standing'] = { is: 'blocks' }, tool = 'bandit'): Judged => ({
  tool,
  standing,
  finding: { rule: 'B301', severity: 'medium', message: 'Pickle.', place: { in: 'file', path: 'src/a b.py', line: 3 }, ...more },
});
const digest = (text: string): string => `${text.length.toString(16).padStart(4, '0')}${Buffer.from(text).toString('hex')}`;
// biome-ignore lint/suspicious/noExplicitAny: a document of SARIF.
const made = (some: readonly Judged[], asked: readonly string[] = ['bandit']): any => sarifDocument(some, asked, 'scan', digest).sarif;
const suppression = { is: 'suppressed', by: {} } as Judged['standing'];

it('is SARIF 2.1.0 with a run, a category and rules for each tool', () => {
  const { version, runs } = made([judged(), judged({ rule: 'CVE-1' }, undefined, 'trivy')], ['bandit']);
  expect([version, runs.map((run: { tool: { driver: { name: string } } }) => run.tool.driver.name)]).toEqual([
    '2.1.0',
    ['bandit', 'trivy'],
  ]);
  expect(runs.map((run: { automationDetails: { id: string } }) => run.automationDetails.id)).toEqual([
    'wf-deploy/scan/bandit/',
    'wf-deploy/scan/trivy/',
  ]);
});

it('says where and what', () => {
  const [result] = made([judged({ place: { in: 'file', path: 'src/a b.py', line: 3, column: 2, endLine: 4 } })]).runs[0].results;
  expect(result).toMatchObject({
    ruleId: 'B301',
    level: 'warning',
    message: { text: 'Pickle.' },
    locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a%20b.py' }, region: { startLine: 3, startColumn: 2, endLine: 4 } } }],
  });
});

it.each([
  ['critical', 9, 10.1, 'error'],
  ['high', 7, 9, 'error'],
  ['unknown', 7, 9, 'error'],
  ['medium', 4, 7, 'warning'],
  ['low', 0.1, 4, 'note'],
  ['info', 0, 0.1, 'note'],
] as const)('%s is what GitHub reads from its score', (severity, least, below, level) => {
  const [run] = made([judged({ severity })]).runs;
  const score = Number(run.tool.driver.rules[0].properties['security-severity']);
  expect(score).toBeGreaterThanOrEqual(least);
  expect(score).toBeLessThan(below);
  expect(run.results[0].level).toBe(level);
});

describe('what is not in it', () => {
  it('is what somebody suppressed, or the source excuses', () =>
    expect(made([judged({}, suppression), judged({}, { is: 'excused' })]).runs[0].results).toEqual([]));
  it('but what the baseline knows is', () => expect(made([judged({}, { is: 'known' })]).runs[0].results).toHaveLength(1));
  it('is what has no file of the repository, and that is said', () => {
    const { results, notes } = sarifDocument(
      [judged({ place: { in: 'nothing' } }), judged({ place: { in: 'elsewhere', shown: '/etc' } })],
      [],
      'scan',
      digest,
    );
    expect([results, notes]).toEqual([0, ['2 findings without a file of the repository are not in code scanning.']]);
  });
  it('is more than GitHub takes, and that is said', () => {
    const { results, notes } = sarifDocument(
      Array.from({ length: 5002 }, () => judged()),
      [],
      'scan',
      digest,
    );
    expect([results, notes]).toEqual([5000, [expect.stringMatching(/^2 findings are more/)]]);
    expect(
      made(
        [],
        Array.from({ length: 30 }, (_, index) => `tool-${index}`),
      ).runs,
    ).toHaveLength(20);
  });
});

it('a tool that found nothing says so, which closes what it had found', () =>
  expect(made([], ['trivy']).runs).toMatchObject([{ results: [] }]));

it('two findings of one kind are two, and stay the same ones when lines move', () => {
  const prints = (line: number) =>
    made([
      judged({ place: { in: 'file', path: 'a.py', line } }),
      judged({ place: { in: 'file', path: 'a.py', line: line + 1 } }),
    ]).runs[0].results.map(
      (each: { partialFingerprints: { primaryLocationLineHash: string } }) => each.partialFingerprints.primaryLocationLineHash,
    );
  expect(new Set(prints(3)).size).toBe(2);
  expect(prints(3)).toEqual(prints(30));
});

it('a rule without a name has one', () =>
  expect(made([judged({ rule: '', message: '' })]).runs[0].results).toMatchObject([{ ruleId: 'finding', message: { text: 'finding' } }]));
