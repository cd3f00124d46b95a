import { type FileCoverage, wholeCoverage } from '../../domain/gates/coverage.ts';
import { coverageText } from '../../domain/gates/coverage-threshold.ts';
import { type BrokenTest, executed, notPassed, total } from '../../domain/gates/tests.ts';
import type { Failure } from '../../failure.ts';
import type { Report } from '../flow.ts';
import { code, codeBlock, inert } from '../markdown.ts';
import type { TestResult } from './execute.ts';
import type { TestPlan } from './inputs.ts';
import { testSummary } from './summary.ts';

export const testOutputNames = [
  'outcome',
  'reason',
  'tests',
  'passed',
  'failures',
  'errors',
  'skipped',
  'duration',
  'coverage',
  'lines-covered',
  'lines-coverable',
  'report',
] as const;

const nothing = {
  ...{ tests: '', passed: '', failures: '', errors: '', skipped: '', duration: '' },
  ...{ coverage: '', 'lines-covered': '', 'lines-coverable': '' },
};

/** Beside the one for the verdict: the platform shows ten errors of a step. */
const mostAnnotations = 9;

export function reportTest(plan: TestPlan, result: TestResult): Report {
  const { blockers, tests, coverage, seconds } = result;
  const outcome = blockers.length === 0 ? 'passed' : 'blocked';
  const reason = blockers.map(({ what }) => what).join(' ');
  const files = coverage !== 'off' && coverage.is === 'checked' ? coverage.value : [];
  const whole = wholeCoverage(files);
  const counts = tests.is === 'checked' ? tests.value.counts : undefined;
  return {
    succeeded: blockers.length === 0,
    outputs: {
      ...nothing,
      outcome,
      reason,
      duration: seconds.toFixed(1),
      ...(counts === undefined
        ? {}
        : {
            tests: String(total(counts)),
            passed: String(counts.passed),
            failures: String(counts.failed + counts.undescribed),
            errors: String(counts.errored),
            skipped: String(counts.skipped),
          }),
      ...(whole.coverable === 0
        ? {}
        : {
            coverage: coverageText(whole, plan.threshold),
            'lines-covered': String(whole.covered),
            'lines-coverable': String(whole.coverable),
          }),
    },
    summary: testSummary(plan, result),
    file: {
      schema: 'wf-deploy/test-report/v1',
      outcome,
      blockers,
      command: { program: plan.command[0] ?? '', exitCode: result.exitCode ?? null, seconds },
      tests: counts === undefined ? null : { ...counts, executed: executed(counts), notPassed: notPassed(counts) },
      broken: tests.is === 'checked' ? tests.value.broken.map(({ at, ...test }) => ({ ...test, at: at ?? null })) : [],
      coverage:
        coverage === 'off'
          ? 'off'
          : whole.coverable === 0
            ? null
            : { ...whole, percent: coverageText(whole, plan.threshold), files: files.map(listed) },
      fromBefore: result.fromBefore,
    },
    annotation:
      blockers.length === 0
        ? undefined
        : { level: 'error', title: 'test: blocked', text: blockers.map(({ what, remedy }) => `${what}\n→ ${remedy}`).join('\n') },
    annotations: (tests.is === 'checked' ? tests.value.broken : []).flatMap(annotationOf).slice(0, mostAnnotations),
  };
}

const listed = ({ path, covered, coverable, uncovered }: FileCoverage) => ({ path, covered, coverable, uncovered });

function annotationOf({ at, suite, name, message, details }: BrokenTest) {
  if (at === undefined) return [];
  return [
    { level: 'error' as const, title: `${suite} ${name}`.trim().slice(0, 200), text: message || details.slice(0, 1000) || 'failed', at },
  ];
}

/** The report when nothing was run, or nothing could be judged. */
export function refusedTest(failure: Failure): Report {
  const reason = failure.what.split('\n')[0] ?? '';
  return {
    succeeded: false,
    outputs: { ...nothing, outcome: 'not-started', reason },
    summary: `## ⛔ test: not-started\n\n${code(failure.code)} Nothing was judged.\n\n${codeBlock(failure.what)}\n\n**What to do:** ${inert(failure.remedy)}\n`,
    file: {
      schema: 'wf-deploy/test-report/v1',
      outcome: 'not-started',
      blockers: [{ code: failure.code, what: failure.what, remedy: failure.remedy }],
    },
    annotation: { level: 'error', title: failure.code, text: failure.message },
  };
}
