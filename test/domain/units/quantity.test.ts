import { describe, expect, it } from '@jest/globals';
import { parseQuantity } from '../../../src/domain/units/quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['500m', 0.5],
    ['1Gi', 1_073_741_824],
    ['2', 2],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1E', 1e18],
    ['128974848', 128_974_848],
    ['100k', 100_000],
    ['0.1', 0.1],
    ['1.5Gi', 1_610_612_736],
    ['100n', 1e-7],
    ['250u', 0.00025],
    ['.5', 0.5],
    ['5.', 5],
    ['+1', 1],
    ['1e-3', 0.001],
    ['0', 0],
    ['123Mi', 128_974_848],
    ['300m', 0.3],
  ])('reads %s', (text, value) => {
    expect(parseQuantity(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'is not a quantity'],
    ['1 Gi', 'is not a quantity'],
    ['1K', 'is not a quantity'],
    ['1ki', 'is not a quantity'],
    ['1mi', 'is not a quantity'],
    ['1GiB', 'is not a quantity'],
    ['1e', 'is not a quantity'],
    ['1e3Gi', 'is not a quantity'],
    ['one', 'is not a quantity'],
    ['.', 'is not a quantity'],
    ['0x10', 'is not a quantity'],
    ['NaN', 'is not a quantity'],
    ['1\n', 'is not a quantity'],
    ['-1', 'is negative'],
    ['1e999', 'is larger than any machine'],
  ])('refuses %j', (text, problem) => {
    expect(parseQuantity(text)).toMatchObject({ ok: false, problem, remedy: expect.stringContaining('`500m`') });
  });
});
