import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayOf, dayText, parseDay } from '../../../src/domain/gates/day.ts';
import { parsedValue, problemOf } from './findings.ts';

describe('a day', () => {
  it('is the same as in the calendar, there and back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2399-12-31'), noInvalidDate: true }), (date) => {
        const text = date.toISOString().slice(0, 10);
        expect(dayText(dayOf(date.getTime()))).toBe(text);
        expect(parsedValue(parseDay(text))).toBe(dayOf(date.getTime()));
      }),
    );
  });
  it.each(['', '2027-3-1', '2027-02-29', '2027-13-01', '2027-00-10', '2027-04-31', '1969-12-31', '2027-01-01T00:00:00Z'])(
    '%j is none',
    (text) => expect(problemOf(parseDay(text))).toMatch(/^is no day/),
  );
  it('of a leap year', () => expect(parsedValue(parseDay('2028-02-29')) - parsedValue(parseDay('2028-02-28'))).toBe(1));
});
