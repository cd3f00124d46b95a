/** A test that did not pass, as its report describes it. Every text is foreign: cleaned and bounded by the reader, never trusted. */
export interface BrokenTest {
  /** `failure`: an expectation was not met. `error`: the test could not do its work. */
  readonly kind: 'failure' | 'error';
  readonly suite: string;
  readonly name: string;
  /** One line. */
  readonly message: string;
  /** What the tool shows beside it, such as a traceback, in lines. */
  readonly details: string;
  /** A file of the workspace, relative to it, and a line in it; `undefined` when the report names none that is there. */
  readonly at: { readonly file: string; readonly line: number } | undefined;
}

/** What reports say of a run of tests. Counts are of cases, however many of them are described. */
export interface TestCounts {
  /** With those that passed only when they were run again. */
  readonly passed: number;
  readonly failed: number;
  readonly errored: number;
  /** Neither passed nor failed: skipped, disabled, or never run. */
  readonly skipped: number;
  /** Of the passed ones, those that failed first. */
  readonly flaky: number;
  /** Failures and errors that a report counts in its totals and describes in no case. */
  readonly undescribed: number;
  /** Of all cases together; more than the wall clock's where tests run side by side. */
  readonly seconds: number;
}

export interface TestReport {
  readonly counts: TestCounts;
  /** The first ones, at most `mostBroken`. */
  readonly broken: readonly BrokenTest[];
}

export const mostBroken = 200;

export const noTests: TestReport = {
  counts: { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0, undescribed: 0, seconds: 0 },
  broken: [],
};

/** Tests that did something. A skipped one shows nothing about the code. */
export const executed = ({ passed, failed, errored }: TestCounts): number => passed + failed + errored;

export const total = (counts: TestCounts): number => executed(counts) + counts.skipped;

export const notPassed = ({ failed, errored, undescribed }: TestCounts): number => failed + errored + undescribed;

export const together = (reports: readonly TestReport[]): TestReport =>
  reports.reduce(
    (sum, { counts, broken }) => ({
      counts: {
        passed: sum.counts.passed + counts.passed,
        failed: sum.counts.failed + counts.failed,
        errored: sum.counts.errored + counts.errored,
        skipped: sum.counts.skipped + counts.skipped,
        flaky: sum.counts.flaky + counts.flaky,
        undescribed: sum.counts.undescribed + counts.undescribed,
        seconds: sum.counts.seconds + counts.seconds,
      },
      broken: [...sum.broken, ...broken].slice(0, mostBroken),
    }),
    noTests,
  );
