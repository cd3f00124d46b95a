import type { TestCounts } from '../../../src/domain/gates/tests.ts';

/**
 * TestReports that the tools wrote themselves, below `real/`; afterwards only host names and folders of the machine were changed, and the
 * `properties` of Surefire's report left out. Made with pytest 9.0.1, pytest-cov 7.0.0, coverage.py 7.12.0, Jest 30.5.2, jest-junit 17.0.0,
 * Node 24.21.0, Go 1.26.8, gotestsum 1.13.0, go-junit-report 2.1.0, gocover-cobertura 1.5.0, Surefire 3.5.2 with JUnit 5.11.4.
 */

type Counted = Partial<Omit<TestCounts, 'seconds'>>;

/** How many cases each report is about, as the tool itself said when it wrote it. */
export const testReports: Readonly<Record<string, Counted>> = {
  'pytest/passed.xml': { passed: 6 },
  'pytest/broken.xml': { failed: 3, errored: 3, skipped: 2 },
  'pytest/broken-xunit1.xml': { failed: 3, errored: 3, skipped: 2 },
  'pytest/all-skipped.xml': { skipped: 2 },
  'pytest/none-selected.xml': {},
  'pytest/import-error.xml': { errored: 1 },
  'jest/passed.xml': { passed: 6 },
  // jest-junit writes a `test.todo` as a case that passed.
  'jest/broken.xml': { failed: 2, skipped: 1, passed: 1 },
  'jest/all-skipped.xml': { skipped: 2 },
  'jest/suite-error.xml': { failed: 1, errored: 1 },
  'jest/syntax-unreported.xml': {},
  'node/broken.xml': { passed: 1, failed: 1, skipped: 1 },
  'go/gotestsum-passed.xml': { passed: 5, skipped: 1 },
  'go/gotestsum-broken.xml': { passed: 4, failed: 2 },
  'go/gotestsum-not-built.xml': { failed: 1, undescribed: 1 },
  'go/gotestsum-all-skipped.xml': { skipped: 1 },
  'go/go-junit-report-passed.xml': { passed: 5, skipped: 1 },
  'go/go-junit-report-broken.xml': { failed: 2, errored: 1 },
  'surefire/rerun.xml': { passed: 2, flaky: 1, failed: 1, errored: 1, skipped: 1 },
};

/** Covered and coverable, as the tool that wrote the report says in its own words: `coverage report`, Jest's table, `go tool cover -func`. */
export const coverageReports: Readonly<Record<string, readonly [covered: number, coverable: number]>> = {
  'pytest/coverage-full.xml': [13, 13],
  'pytest/coverage-full.info': [13, 13],
  'pytest/coverage-low-branch.xml': [7, 13],
  'jest/lcov.info': [11, 12],
  'jest/cobertura-coverage.xml': [11, 12],
  'go/cover-set.out': [11, 13],
  'go/cover-atomic.out': [9, 10],
  'go/gocover-cobertura.xml': [17, 22],
};
