import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '../../../src/domain/units/instant.ts';

describe('a moment', () => {
  it('is what everybody else takes it for', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2399-12-31'), noInvalidDate: true }), (date) => {
        expect(instantOf(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  it.each([
    '2026-03-01T21:00Z',
    '2026-03-01T21:00:00.123456Z',
    '2026-03-01T21:00:00+02:00',
    '2026-03-01T00:10:00-05:30',
    '2024-02-29T00:00:00Z',
  ])('%s', (text) => {
    expect(instantOf(text)).toBe(Date.parse(text));
  });

  it.each([
    '',
    '2026-03-01',
    '2026-03-01T21:00',
    '2026-02-29T00:00Z',
    '2026-13-01T00:00Z',
    '2026-03-01T24:00Z',
    '2026-03-01T21:60Z',
    '2026-03-01T21:00+99:00',
    'now',
  ])('%j is none', (text) => expect(instantOf(text)).toBeUndefined());
});
