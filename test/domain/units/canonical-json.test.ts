import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../../src/domain/units/canonical-json.ts';

describe('canonicalJson', () => {
  it.each<readonly [unknown, string]>([
    [{ b: 1, a: { d: [2, 'x'], c: null } }, '{"a":{"c":null,"d":[2,"x"]},"b":1}'],
    [{ a: undefined }, '{}'],
    [undefined, 'null'],
    [[undefined], '[null]'],
  ])('%j', (value, text) => expect(canonicalJson(value)).toBe(text));

  it('is JSON of the same value, and written again the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });
});
