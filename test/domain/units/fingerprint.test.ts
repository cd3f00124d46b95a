import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint } from '../../../src/domain/units/fingerprint.ts';

describe('a fingerprint', () => {
  it('is part of a name: 14 lower-case letters and digits', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(fingerprint(value)).toMatch(/^[0-9a-z]{14}$/)));
  });

  it('does not depend on the order of fields', () => {
    expect(fingerprint({ a: 1, b: { c: 2, d: 3 } })).toBe(fingerprint({ b: { d: 3, c: 2 }, a: 1 }));
    expect(fingerprint({ a: 1, b: undefined })).toBe(fingerprint({ a: 1 }));
  });

  it('is another one for another content', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        // -0 is 0 in JSON, and fields may come in another order.
        fc.pre(typeof one !== 'object' || typeof other !== 'object');
        expect(fingerprint(one)).not.toBe(fingerprint(other));
      }),
    );
    const many = Array.from({ length: 20_000 }, (_, index) => fingerprint({ data: { MODE: String(index) } }));
    expect(new Set(many).size).toBe(many.length);
    expect(fingerprint([1, 2])).not.toBe(fingerprint([2, 1]));
    expect(fingerprint('12')).not.toBe(fingerprint(12));
  });
});
