import { describe, expect, it } from '@jest/globals';
import { couldNotRun, countingLine, type JestResult, nothing, sum, tallyOfJest, tallyOfStep } from '../../../scripts/test/tally.ts';

const green: JestResult = {
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

describe('what counts', () => {
  it.each([
    ['all well', green, 7, 0],
    ['a failed test', { ...green, success: false, numFailedTests: 2 }, 7, 2],
    ['a skipped test', { ...green, numPendingTests: 1 }, 7, 1],
    ['a planned test', { ...green, numTodoTests: 1 }, 7, 1],
    ['a file that cannot be loaded', { ...green, success: false, numRuntimeErrorTestSuites: 1 }, 7, 1],
    ['a failure that no number shows', { ...green, success: false }, 7, 1],
    ['no result', undefined, 0, 1],
  ])('%s', (_name, result, passed, failed) => {
    expect(tallyOfJest('tests', result)).toMatchObject({ passed, failed });
  });

  it('says what no reporter has said', () => {
    expect(tallyOfJest('tests', { ...green, numPendingTests: 2 }).remarks).toEqual(['tests: 2 skipped, which counts as failed']);
    expect(tallyOfJest('tests', green).remarks).toEqual([]);
  });

  it('a step is one check', () => {
    expect(tallyOfStep('lint', 0)).toEqual({ passed: 1, failed: 0, remarks: [] });
    expect(tallyOfStep('lint', 2)).toEqual({ passed: 0, failed: 1, remarks: ['lint ended with exit code 2'] });
  });

  it('what could not run has failed', () => expect(couldNotRun('the lab')).toMatchObject({ passed: 0, failed: 1 }));

  it('ends with the counting line', () => {
    const all = sum([nothing, tallyOfStep('lint', 0), tallyOfJest('tests', green), couldNotRun('the lab')]);
    expect(countingLine(all)).toBe('8 passed, 1 failed');
    expect(all.remarks).toEqual(['could not run: the lab']);
  });
});
