import { describe, expect, it } from '@jest/globals';
import { parsePathPattern } from '../../../src/domain/gates/path-pattern.ts';
import { parsedValue, problemOf } from './findings.ts';

describe('a path pattern', () => {
  it.each([
    ['src/app.py', ['src/app.py'], ['src/app.pyc', 'x/src/app.py', 'src/appxpy']],
    ['tests/**', ['tests/a.py', 'tests/a/b.py'], ['test/a.py', 'src/tests/a.py']],
    ['tests/', ['tests/a.py', 'tests/a/b.py'], ['tests']],
    ['**/a.py', ['a.py', 'x/a.py', 'x/y/a.py'], ['xa.py']],
    ['src/*.py', ['src/a.py'], ['src/x/a.py', 'src/a.pyx']],
    ['a?.py', ['ab.py'], ['a.py', 'a/.py']],
    ['a(b)+[c].py', ['a(b)+[c].py'], ['abbc.py']],
  ])('%s', (text, matching, other) => {
    const matches = parsedValue(parsePathPattern(text));
    expect(matching.filter((path) => !matches(path))).toEqual([]);
    expect(other.filter(matches)).toEqual([]);
  });
  it.each(['', '/etc/passwd', '../x', 'a/../b', './a', 'a//b', 'a**/b', 'x'.repeat(201)])('%j is refused', (text) =>
    expect(problemOf(parsePathPattern(text))).not.toBe('nothing is wrong'),
  );
  it('is quick on a path made to be slow', () => {
    const matches = parsedValue(parsePathPattern('**/a/**/a/**/*a*a*a*b'));
    expect(matches('a/'.repeat(500) + 'a'.repeat(500))).toBe(false);
  });
});
