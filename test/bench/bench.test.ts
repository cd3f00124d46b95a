import { expect, it } from '@jest/globals';
import { goalLine, isMet } from '../../bench/bench.ts';

const goal = { what: 'SIGINT to weight 0, median', limit: 500, unit: 'ms' };

it('a goal is met up to its limit', () => {
  expect([499, 500, 501].map((value) => isMet({ ...goal, value }))).toEqual([true, true, false]);
  expect(isMet({ ...goal, value: Number.NaN })).toBe(false);
});

it('says so', () => {
  expect(goalLine({ ...goal, value: 31 })).toBe('met      SIGINT to weight 0, median: 31 ms (goal ≤ 500 ms)');
  expect(goalLine({ ...goal, value: 700 })).toBe('NOT MET  SIGINT to weight 0, median: 700 ms (goal ≤ 500 ms)');
});
