import { describe, expect, it } from '@jest/globals';
import { recordOf, unknownKey } from '../../../src/domain/units/record.ts';

describe('recordOf', () => {
  it('takes maps only', () => {
    expect(recordOf({ a: 1 })).toEqual({ a: 1 });
    for (const other of [null, undefined, 1, 'a', [], [{ a: 1 }]]) expect(recordOf(other)).toBeUndefined();
  });
});

describe('unknownKey', () => {
  it('names the first key that is not known', () => {
    expect(unknownKey({ a: 1, c: 1, d: 1 }, ['a', 'b'])).toBe('c');
    expect(unknownKey({ a: 1 }, ['a', 'b'])).toBeUndefined();
  });
});
