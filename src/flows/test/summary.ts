import { type FileCoverage, wholeCoverage } from '../../domain/gates/coverage.ts';
import { coverageText, thresholdText } from '../../domain/gates/coverage-threshold.ts';
import { type BrokenTest, executed, notPassed, type TestCounts } from '../../domain/gates/tests.ts';
import { code, codeBlock, inert, table } from '../markdown.ts';
import { reportFile } from '../report-file.ts';
import type { TestResult } from './execute.ts';
import type { TestPlan } from './inputs.ts';

const mostWithDetails = 50;
const mostFiles = 100;
const mostRanges = 12;

/** Failures first, each with its message, then coverage by file, the worst first. */
export function testSummary(plan: TestPlan, result: TestResult): string {
  const { blockers, tests, coverage, fromBefore } = result;
  const broken = tests.is === 'checked' ? tests.value.broken : [];
  return [
    `## ${blockers.length === 0 ? '✅ test: passed' : '⛔ test: blocked'}`,
    '',
    ...blockers.flatMap(({ what, remedy }) => [`- **${inert(what)}** ${inert(remedy)}`]),
    ...(blockers.length === 0 ? [] : ['']),
    ...(tests.is === 'checked' ? [countsLine(tests.value.counts, result.seconds), ''] : []),
    ...broken.slice(0, mostWithDetails).flatMap(brokenLines),
    ...(tests.is === 'checked' ? restLine(tests.value.counts, Math.min(broken.length, mostWithDetails)) : []),
    ...coverageLines(plan, coverage),
    ...(fromBefore.length === 0
      ? []
      : [`Not read, because the command did not write them: ${fromBefore.slice(0, 20).map(code).join(', ')}.`, '']),
  ].join('\n');
}

function countsLine(counts: TestCounts, seconds: number): string {
  const parts = [
    `${executed(counts)} executed`,
    `${counts.passed} passed`,
    `${counts.failed} failed`,
    `${counts.errored} in error`,
    `${counts.skipped} skipped`,
    ...(counts.flaky === 0 ? [] : [`${counts.flaky} of the passed only when run again`]),
  ];
  return `${parts.join(', ')}, in ${seconds.toFixed(1)} s.`;
}

const brokenLines = ({ kind, suite, name, message, details, at }: BrokenTest): readonly string[] => [
  `### ${kind === 'failure' ? '✗' : '⚠'} ${inert([suite, name].filter((part) => part !== '').join(' › '))}`,
  '',
  ...(at === undefined ? [] : [`${code(`${at.file}:${at.line}`)}`, '']),
  ...(message === '' ? [] : [inert(message), '']),
  ...(details === '' ? [] : ['<details><summary>details</summary>', '', codeBlock(details), '', '</details>', '']),
];

function restLine(counts: TestCounts, described: number): readonly string[] {
  const rest = notPassed(counts) - described;
  return rest <= 0 ? [] : [`And ${rest} more that did not pass; the log and ${reportFile} have them.`, ''];
}

function coverageLines(plan: TestPlan, coverage: TestResult['coverage']): readonly string[] {
  if (coverage === 'off' || plan.threshold === undefined) return ['Coverage was **not judged** (`coverage-threshold: off`).', ''];
  if (coverage.is === 'not-checked') return [];
  const whole = wholeCoverage(coverage.value);
  const worst = coverage.value.toSorted((one, other) => missing(other) - missing(one) || (one.path < other.path ? -1 : 1));
  return [
    `### Coverage ${coverageText(whole, plan.threshold)} %`,
    '',
    `${whole.covered} of ${whole.coverable}; has to be above ${thresholdText(plan.threshold)} %.`,
    '',
    table(['file', 'coverage', 'covered', 'not covered'], worst.slice(0, mostFiles).map(fileRow)),
    '',
    ...(worst.length > mostFiles ? [`And ${worst.length - mostFiles} more files; ${reportFile} has them.`, ''] : []),
  ];
}

const missing = ({ covered, coverable }: FileCoverage): number => coverable - covered;

const fileRow = (file: FileCoverage): readonly string[] => [
  code(file.path),
  `${coverageText(file)} %`,
  `${file.covered} of ${file.coverable}`,
  rangesText(file.uncovered),
];

function rangesText(ranges: FileCoverage['uncovered']): string {
  const text = ranges.slice(0, mostRanges).map(([first, last]) => (first === last ? String(first) : `${first}–${last}`));
  return [...text, ...(ranges.length > mostRanges ? ['…'] : [])].join(', ');
}
