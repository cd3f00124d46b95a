import { describe, expect, it } from '@jest/globals';
import { foreignText, lastWords } from '../../src/adapters/foreign-text.ts';

describe('foreignText', () => {
  it('puts text on one line, so that it cannot speak to the log in lines of its own', () => {
    expect(foreignText('denied\n::error::pwned\r\n\u001b[31mred\u202Eevil')).toBe('denied ::error::pwned [31mred evil');
  });

  it('cuts at the limit and says so', () => {
    expect(foreignText('x'.repeat(501))).toBe(`${'x'.repeat(500)}…`);
    expect(foreignText('x'.repeat(500))).toBe('x'.repeat(500));
  });

  it('hides secrets, also where the cut would have gone through one', () => {
    expect(foreignText('token abcdefgh, again abcdefgh', ['abcdefgh'])).toBe('token ***, again ***');
    expect(foreignText(`${'x'.repeat(8)}abcdefgh`, ['abcdefgh'], 12)).toBe('xxxxxxxx***');
  });
});

describe('lastWords', () => {
  it('keeps the end, where a program says what went wrong, on one line and without secrets', () => {
    expect(lastWords(`${'step '.repeat(200)}\nERROR: token abcdefgh\n`, ['abcdefgh'], 20)).toBe('…tep ERROR: token ***');
    expect(lastWords('short\nend')).toBe('short end');
  });
});
