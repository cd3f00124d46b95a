import { describe, expect, it } from '@jest/globals';
import { knownVariant } from '../../../src/domain/units/variant.ts';

describe('knownVariant', () => {
  const register = { one: 1, two: 2 };

  it('finds a known name', () => {
    expect(knownVariant(register, 'two')).toEqual({ ok: true, value: 2 });
  });

  it.each(['three', '', 'One', 'constructor', '__proto__', 'toString'])('refuses %j with the known names', (name) => {
    expect(knownVariant(register, name)).toEqual({ ok: false, problem: 'is not known', remedy: 'Write one of `one`, `two`.' });
  });
});
