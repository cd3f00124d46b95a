/** What of a test run counts. A test that did not run is not a pass. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** One line for each thing that failed without a reporter of its own having said so. */
  readonly remarks: readonly string[];
}

export const nothing: Tally = { passed: 0, failed: 0, remarks: [] };

export const sum = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed, remarks: [...all.remarks, ...one.remarks] }),
    nothing,
  );

/** The last line of every test run. */
export const countingLine = ({ passed, failed }: Tally): string => `${passed} passed, ${failed} failed`;

/** A step that is one check as a whole. */
export function tallyOfStep(name: string, exitCode: number): Tally {
  return exitCode === 0 ? { ...nothing, passed: 1 } : { ...nothing, failed: 1, remarks: [`${name} ended with exit code ${exitCode}`] };
}

export const couldNotRun = (what: string): Tally => ({ ...nothing, failed: 1, remarks: [`could not run: ${what}`] });

/** The fields of Jest's `--json` that matter here. */
export interface JestResult {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not even be loaded: none of their tests is among the others. */
  readonly numRuntimeErrorTestSuites: number;
}

export function tallyOfJest(name: string, result: JestResult | undefined): Tally {
  if (result === undefined) return { ...nothing, failed: 1, remarks: [`${name}: Jest left no result`] };
  const skipped = result.numPendingTests + result.numTodoTests;
  const known = result.numFailedTests + skipped + result.numRuntimeErrorTestSuites;
  const unexplained = known === 0 && !result.success;
  const remarks = [
    ...(skipped > 0 ? [`${name}: ${skipped} skipped, which counts as failed`] : []),
    ...(unexplained ? [`${name}: Jest failed although no test did`] : []),
  ];
  return { passed: result.numPassedTests, failed: known + (unexplained ? 1 : 0), remarks };
}
