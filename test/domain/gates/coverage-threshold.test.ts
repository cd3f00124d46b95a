import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coverageText, isAbove, parseCoverageThreshold, thresholdText } from '../../../src/domain/gates/coverage-threshold.ts';

const limit = (text: string) => {
  const result = parseCoverageThreshold(text);
  if (!result.ok) throw new Error(result.problem);
  return result.value;
};

describe('a threshold', () => {
  it.each([
    ['80', '80'],
    ['80%', '80'],
    ['80.0', '80.0'],
    ['82.25 %', '82.25'],
    ['0', '0'],
    ['0.5', '0.5'],
    ['99.99', '99.99'],
  ])('%s is read as it was written', (text, shown) => expect(thresholdText(limit(text))).toBe(shown));

  it.each(['', '-1', '8e1', '.5', '80.', 'eighty', '80,5', '1000', '80.12345', ' 80'])('%j is refused', (text) => {
    expect(parseCoverageThreshold(text)).toMatchObject({ ok: false, problem: 'is not a percentage' });
  });
  it.each(['100', '100%', '100.0', '999'])('%j could never be passed', (text) => {
    expect(parseCoverageThreshold(text)).toMatchObject({ ok: false, problem: expect.stringContaining('never') });
  });
});

describe('above', () => {
  it.each([
    [80, 100, '80', false],
    [4, 5, '80', false],
    [8, 10, '80.0', false],
    [80_000_001, 100_000_000, '80', true],
    [79_999_999, 100_000_000, '80', false],
    [799_999, 1_000_000, '80', false],
    [801, 1000, '80.1', false],
    [1, 1, '99.99', true],
    [0, 1, '0', false],
    [1, 1_000_000, '0', true],
    [0, 0, '0', false],
    [0, 0, '80', false],
  ])('%d of %d against %s: %s', (covered, coverable, threshold, above) => {
    expect(isAbove({ covered, coverable }, limit(threshold))).toBe(above);
  });
});

describe('a figure', () => {
  it.each([
    [79_999, 100_000, '79.99'],
    [4, 5, '80.00'],
    [80_000_001, 100_000_000, '80.000001'],
    [2, 3, '66.66'],
    [1, 1, '100.00'],
    [0, 7, '0.00'],
    [0, 0, ''],
  ])('%d of %d is shown as %s', (covered, coverable, text) => expect(coverageText({ covered, coverable }, limit('80'))).toBe(text));

  it('never says something else than the verdict', () => {
    const counts = fc
      .integer({ min: 1, max: 10_000_000 })
      .chain((coverable) => fc.integer({ min: 0, max: coverable }).map((covered) => ({ covered, coverable })));
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 9999 }), (coverage, hundredths) => {
        const threshold = { digits: hundredths, decimals: 2 };
        expect(Number(coverageText(coverage, threshold)) > hundredths / 100).toBe(isAbove(coverage, threshold));
      }),
      { numRuns: 2000 },
    );
  });
});
