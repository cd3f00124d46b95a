import type { FailureCode } from '../../failure-codes.ts';
import { shown } from '../units/shown.ts';
import type { Coverage } from './coverage.ts';
import { type CoverageThreshold, coverageText, isAbove, thresholdText } from './coverage-threshold.ts';
import { executed, notPassed, type TestCounts } from './tests.ts';

/** What a report came to. "Not checked" says why, and is never taken for "nothing found". */
export type Checked<T> =
  | { readonly is: 'checked'; readonly value: T }
  | { readonly is: 'not-checked'; readonly problems: readonly string[]; readonly remedy: string };

export interface TestsEvidence {
  readonly command: {
    readonly program: string;
    /** `undefined` when it was ended by us, because its time was up. */
    readonly exitCode: number | undefined;
    readonly timeoutSeconds: number;
  };
  readonly tests: Checked<TestCounts>;
  /** `off`: by the user's own word, coverage is not judged. */
  readonly coverage: Checked<Coverage> | 'off';
}

/** One thing that stands against a pass. */
export interface Blocker {
  readonly code: FailureCode;
  readonly what: string;
  readonly remedy: string;
}

/** Passed is the empty list: each of command, tests and coverage has to speak for it, and none speaks for another. */
export const judgeTests = (evidence: TestsEvidence, threshold: CoverageThreshold | undefined): readonly Blocker[] => [
  ...againstTests(evidence.tests),
  ...againstCommand(evidence),
  ...(evidence.coverage === 'off' || threshold === undefined ? [] : againstCoverage(evidence.coverage, threshold)),
];

function againstTests(tests: TestsEvidence['tests']): readonly Blocker[] {
  if (tests.is === 'not-checked') return [notChecked('The tests were not checked', tests)];
  const counts = tests.value;
  const broken = notPassed(counts);
  if (broken > 0) {
    const undescribed =
      counts.undescribed === 0 ? '' : ` ${counts.undescribed} of them are only counted in the report and described nowhere in it.`;
    const what = `${broken} of ${executed(counts) + counts.undescribed} executed tests did not pass (${counts.failed} failed, ${counts.errored} ended in an error).${undescribed}`;
    return [{ code: 'TESTS_FAILED', what, remedy: 'Mend the code or the tests. The summary shows each with its message.' }];
  }
  if (executed(counts) > 0) return [];
  return [
    {
      code: 'NO_TEST_EXECUTED',
      what: counts.skipped === 0 ? 'The report holds no test.' : `All ${counts.skipped} tests were skipped, so no test was executed.`,
      remedy: 'Check that the command finds the tests, and that they are not all left out by a marker or a filter.',
    },
  ];
}

function againstCommand({ command: { program, exitCode, timeoutSeconds } }: TestsEvidence): readonly Blocker[] {
  if (exitCode === 0) return [];
  const how = exitCode === undefined ? `was not done after ${timeoutSeconds} s and was ended` : `ended with exit code ${exitCode}`;
  return [
    {
      code: 'COMMAND_FAILED',
      what: `The test command \`${shown(program)}\` ${how}.`,
      remedy: 'Its output in the log of this step says why. A command that fails blocks whatever its report says.',
    },
  ];
}

function againstCoverage(coverage: Checked<Coverage>, threshold: CoverageThreshold): readonly Blocker[] {
  if (coverage.is === 'not-checked') return [notChecked('Coverage was not checked', coverage)];
  const { covered, coverable } = coverage.value;
  if (coverable === 0)
    return [
      notChecked('Coverage was not checked', {
        problems: ['the report holds no line that could be covered'],
        remedy: 'Check which source folders the tool measures.',
      }),
    ];
  if (isAbove(coverage.value, threshold)) return [];
  return [
    {
      code: 'COVERAGE_TOO_LOW',
      what: `Coverage is ${coverageText(coverage.value, threshold)} % (${covered} of ${coverable}) and has to be above ${thresholdText(threshold)} %.`,
      remedy: 'Add tests for the lines that the summary lists, or change `coverage-threshold`.',
    },
  ];
}

const notChecked = (what: string, { problems, remedy }: { readonly problems: readonly string[]; readonly remedy: string }): Blocker => ({
  code: 'REPORT_NOT_CHECKED',
  what: `${what}: ${problems.join('; ')}.`,
  remedy,
});
