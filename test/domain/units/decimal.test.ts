import { describe, expect, it } from '@jest/globals';
import { decimalText, sensibleDecimals } from '../../../src/domain/units/decimal.ts';

describe('decimalText', () => {
  it.each([
    [1.26, 1, [], '1.3'],
    [1.0, 2, [], '1'],
    [1.004, 1, [1], '1.004'],
    [0.996, 1, [1], '0.996'],
    [0.0004, 1, [], '0.0004'],
    [-0.0004, 1, [], '-0.0004'],
  ] as const)('shows %d with %d decimals against %j as %s', (value, decimals, limits, text) => {
    expect(decimalText(value, decimals, limits)).toBe(text);
  });

  it('falls back to the whole number when no rounding keeps its side', () => {
    expect(decimalText(1 + Number.EPSILON, 1, [1])).toBe(String(1 + Number.EPSILON));
  });
});

describe('sensibleDecimals', () => {
  it.each([
    [42, 1],
    [1, 1],
    [0.42, 2],
    [0.042, 3],
    [0, 1],
    [1e-300, 15],
  ])('of %d are %d', (size, decimals) => {
    expect(sensibleDecimals(size)).toBe(decimals);
  });
});
