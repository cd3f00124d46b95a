import { describe, expect, it } from '@jest/globals';
import { shown } from '../../../src/domain/units/shown.ts';

describe('shown', () => {
  it('leaves ordinary text alone', () => {
    expect(shown('agent-6d5f7c-x2x4z äöü')).toBe('agent-6d5f7c-x2x4z äöü');
  });

  it('makes one line of many, so that no log line can be forged', () => {
    expect(shown('one\r\n::error::two\u2028three\u0000')).toBe('one ::error::two three');
  });

  it('drops characters that turn the reading direction or colour a terminal', () => {
    expect(shown('a\u202Eb\u001B[31mc')).toBe('a b [31mc');
  });

  it.each([
    ['x'.repeat(121), 120],
    ['x'.repeat(1_000_000), 120],
    ['😀'.repeat(500), 120],
  ])('is bounded', (text, most) => {
    const line = shown(text);
    expect(Array.from(line)).toHaveLength(most + 1);
    expect(line.endsWith('…')).toBe(true);
  });

  it('does not shorten what just fits', () => {
    expect(shown('x'.repeat(120))).toBe('x'.repeat(120));
  });
});
