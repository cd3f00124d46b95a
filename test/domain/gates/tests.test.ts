import { expect, it } from '@jest/globals';
import { type BrokenTest, executed, mostBroken, noTests, notPassed, together, total } from '../../../src/domain/gates/tests.ts';

const broken: BrokenTest = { kind: 'failure', suite: 's', name: 'n', message: 'm', details: '', at: undefined };
const counts = { passed: 1, failed: 2, errored: 3, skipped: 4, flaky: 1, undescribed: 5, seconds: 0.5 };

it('reports are added, the first broken tests kept', () => {
  const half = { counts, broken: Array.from({ length: mostBroken - 1 }, () => broken) };
  const sum = together([half, half]);
  expect(sum.counts).toEqual({ passed: 2, failed: 4, errored: 6, skipped: 8, flaky: 2, undescribed: 10, seconds: 1 });
  expect(sum.broken).toHaveLength(mostBroken);
  expect(together([])).toEqual(noTests);
});

it('a skipped test was not executed, and one that is only counted did not pass', () => {
  expect([executed(counts), total(counts), notPassed(counts)]).toEqual([6, 10, 10]);
});
