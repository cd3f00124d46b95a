import { describe, expect, it } from '@jest/globals';
import { environmentOf, parseEnvironment } from '../../../src/domain/units/environment.ts';

describe('the name of an environment', () => {
  it.each(['production', 'Production', 'prod/eu-west', 'a', 'staging 2', 'pr-12.preview', 'x'.repeat(100)])('%j is one', (text) => {
    expect(parseEnvironment(text)).toEqual({ ok: true, value: text });
  });

  it.each(['', ' production', 'production ', 'prod\nuction', '"production"', "o'clock", '-production', 'ä', '{{ x }}', 'x'.repeat(101)])(
    '%j is refused',
    (text) => {
      expect(parseEnvironment(text)).toMatchObject({ ok: false, remedy: expect.stringContaining('at most 100 characters') });
    },
  );
});

it('is called as its namespace where nobody names it', () => {
  expect(environmentOf({ environment: undefined }, 'shop')).toBe('shop');
  expect(environmentOf({ environment: 'production' }, 'shop')).toBe('production');
});
