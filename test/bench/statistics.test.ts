import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { median, percentile, rounded } from '../../bench/statistics.ts';

describe('median', () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9], 9.5],
    [[100, 5, 20, 1, 3], 5],
  ])('of %j is %d', (values, middle) => expect(median(values)).toBe(middle));

  it('has as many values above as below', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it('of nothing is none', () => expect(() => median([])).toThrow('no values'));
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  it.each([
    [0, 1],
    [0.5, 50],
    [0.9, 90],
    [0.95, 95],
    [0.991, 100],
    [1, 100],
  ])('%d of 1 to 100 is %d', (share, value) => expect(percentile(hundred, share)).toBe(value));

  it('of few values is one of them', () => expect(percentile([5, 1], 0.9)).toBe(5));
  it('of nothing is none', () => expect(() => percentile([], 0.5)).toThrow('no values'));
});

it('rounds to so many digits', () => expect([rounded(1.25, 1), rounded(2.5), rounded(0.123_45, 3)]).toEqual([1.3, 3, 0.123]));
