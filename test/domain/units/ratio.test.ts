import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { complement, parseRatio, ratioText } from '../../../src/domain/units/ratio.ts';

describe('parseRatio', () => {
  it.each([
    ['1%', 0.01],
    ['0.5%', 0.005],
    ['99.9%', 0.999],
    ['100%', 1],
    ['0%', 0],
    ['7 %', 0.07],
    ['0.1%', 0.001],
  ])('reads %s exactly', (text, ratio) => {
    expect(parseRatio(text)).toEqual({ ok: true, value: ratio });
  });

  it('refuses a number without the percent sign, with both spellings', () => {
    expect(parseRatio('0.5')).toEqual({
      ok: false,
      problem: 'is ambiguous: 0.5 % or 50 %?',
      remedy: 'Write the percent sign: `0.5%` or `50%`.',
    });
    expect(parseRatio('1')).toMatchObject({ problem: 'is ambiguous: 1 % or 100 %?' });
    expect(parseRatio('0.01')).toMatchObject({ remedy: 'Write the percent sign: `0.01%` or `1%`.' });
    expect(parseRatio('99')).toMatchObject({ ok: false, remedy: 'Write the percent sign: `99%`.' });
  });

  it.each(['100.1%', '101%', '-1%', '-0%', '-0.1%'])('refuses %s as out of range', (text) => {
    expect(parseRatio(text)).toMatchObject({ ok: false, problem: 'is outside 0 % to 100 %' });
  });

  it.each(['', '%', 'one%', '1e1%', '1%%', '1,5%', '0x1%', 'NaN%', 'Infinity%', '1  %', '1%\n', '.5%', '5.%', '٣%'])(
    'refuses %j',
    (text) => {
      expect(parseRatio(text)).toMatchObject({ ok: false, problem: 'is not a percentage', remedy: expect.stringContaining('`1%`') });
    },
  );
});

describe('complement', () => {
  it('turns a success rate into exactly the error rate that a person would write', () => {
    expect(complement(0.99)).toBe(0.01);
    expect(complement(0.95)).toBe(0.05);
    expect(complement(0.999)).toBe(0.001);
    expect(complement(0.99999)).toBe(0.00001);
  });
});

describe('ratioText', () => {
  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.0042, '0.42 %'],
    [0.051, '5.1 %'],
    [0.423, '42.3 %'],
    [0.9996, '99.96 %'],
    [0.99999, '99.999 %'],
    [0.999, '99.9 %'],
    [0.000004, '0.0004 %'],
    [1.2, '120 %'],
  ])('shows %d as %s', (ratio, text) => {
    expect(ratioText(ratio)).toBe(text);
  });

  it('does not round a figure over its limit to the limit', () => {
    expect(ratioText(0.01004, 0.01)).toBe('1.004 %');
    expect(ratioText(0.98996, 0.99)).toBe('98.996 %');
    expect(ratioText(0.01, 0.01)).toBe('1 %');
    expect(ratioText(0.0104, 0.01)).toBe('1.04 %');
  });

  it('always stands on the same side of the limit, of 0 % and of 100 % as the figure', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (ratio, limit) => {
        const percent = Number((ratio * 100).toPrecision(14));
        const shown = Number(ratioText(ratio, limit).replace(' %', ''));
        for (const bound of [0, 100, Number((limit * 100).toPrecision(14))])
          expect(Math.sign(shown - bound)).toBe(Math.sign(percent - bound));
      }),
    );
  });
});
