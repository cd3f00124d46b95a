import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCoverageThreshold } from '../../../src/domain/gates/coverage-threshold.ts';
import { noTests } from '../../../src/domain/gates/tests.ts';
import { judgeTests, type TestsEvidence } from '../../../src/domain/gates/tests-verdict.ts';

const eighty = parseCoverageThreshold('80');
if (!eighty.ok) throw new Error(eighty.problem);
const limit = eighty.value;

const missing = { is: 'not-checked', problems: ['`r.xml` is missing'], remedy: 'Write it.' } as const;
const counts = (some: Partial<typeof noTests.counts>): TestsEvidence['tests'] => ({ is: 'checked', value: { ...noTests.counts, ...some } });
const lines = (covered: number, coverable: number): TestsEvidence['coverage'] => ({ is: 'checked', value: { covered, coverable } });
const good: TestsEvidence = {
  command: { program: 'pytest', exitCode: 0, timeoutSeconds: 60 },
  tests: counts({ passed: 3 }),
  coverage: lines(81, 100),
};
const codes = (evidence: Partial<TestsEvidence>) => judgeTests({ ...good, ...evidence }, limit).map(({ code }) => code);
const ended = (exitCode: number | undefined) => ({ command: { ...good.command, exitCode } });

describe('a test gate', () => {
  it.each<[string, Partial<TestsEvidence>, readonly string[]]>([
    ['passes when all three are well', {}, []],
    ['passes without coverage when that is off', { coverage: 'off' }, []],
    ['passes with some skipped', { tests: counts({ passed: 1, skipped: 9 }) }, []],
    ['blocks on a failing test', { tests: counts({ passed: 3, failed: 1 }) }, ['TESTS_FAILED']],
    ['blocks on a failing test though the command ends well', { tests: counts({ failed: 1 }), ...ended(0) }, ['TESTS_FAILED']],
    ['blocks on an error', { tests: counts({ passed: 3, errored: 1 }) }, ['TESTS_FAILED']],
    ['blocks on failures that are only counted', { tests: counts({ passed: 3, undescribed: 1 }) }, ['TESTS_FAILED']],
    ['blocks on no test', { tests: counts({}) }, ['NO_TEST_EXECUTED']],
    ['blocks when all were skipped', { tests: counts({ skipped: 7 }) }, ['NO_TEST_EXECUTED']],
    ['blocks on the exit code though the report is fine', ended(5), ['COMMAND_FAILED']],
    ['blocks when its time was up', ended(undefined), ['COMMAND_FAILED']],
    ['blocks on 80.0 of 80', { coverage: lines(80, 100) }, ['COVERAGE_TOO_LOW']],
    ['blocks on 79.999', { coverage: lines(79_999, 100_000) }, ['COVERAGE_TOO_LOW']],
    ['blocks on nothing coverable', { coverage: lines(0, 0) }, ['REPORT_NOT_CHECKED']],
    ['blocks on a missing report of tests', { tests: missing }, ['REPORT_NOT_CHECKED']],
    ['blocks on a missing report of coverage', { coverage: missing }, ['REPORT_NOT_CHECKED']],
    [
      'names everything at once',
      { tests: counts({ failed: 1 }), ...ended(1), coverage: lines(1, 2) },
      ['TESTS_FAILED', 'COMMAND_FAILED', 'COVERAGE_TOO_LOW'],
    ],
  ])('%s', (_, evidence, expected) => expect(codes(evidence)).toEqual(expected));

  it('says so with the figures', () => {
    const [tests, command, coverage] = judgeTests(
      { ...good, tests: counts({ passed: 2, failed: 1, errored: 1 }), ...ended(1), coverage: lines(4, 5) },
      limit,
    );
    expect(tests?.what).toBe('2 of 4 executed tests did not pass (1 failed, 1 ended in an error).');
    expect(command?.what).toBe('The test command `pytest` ended with exit code 1.');
    expect(coverage?.what).toBe('Coverage is 80.00 % (4 of 5) and has to be above 80 %.');
  });

  it('passes only what executed tests, broke none, ended with 0 and is covered', () => {
    const count = fc.nat({ max: 3 });
    const numbers = fc.record({ passed: count, failed: count, errored: count, skipped: count, undescribed: count });
    fc.assert(
      fc.property(numbers, fc.option(fc.nat({ max: 2 }), { nil: undefined }), fc.nat({ max: 100 }), (some, exitCode, covered) => {
        const passes = some.failed + some.errored + some.undescribed === 0 && some.passed > 0 && exitCode === 0 && covered > 80;
        expect(codes({ tests: counts(some), ...ended(exitCode), coverage: lines(covered, 100) }).length === 0).toBe(passes);
      }),
      { numRuns: 1000 },
    );
  });
});
