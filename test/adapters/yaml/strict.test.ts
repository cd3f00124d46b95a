import { describe, expect, it } from '@jest/globals';
import { parseStrict } from '../../../src/adapters/yaml/strict.ts';

describe('parseStrict', () => {
  it.each<readonly [string, readonly unknown[]]>([
    ['', []],
    ['# nothing\n', []],
    ['a: 1', [{ a: 1 }]],
    ['{"a": [1, null]}', [{ a: [1, null] }]],
    ['a: 1\n---\n---\n# empty\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['on: y\nversion: 1.10\nmode: 0644', [{ on: 'y', version: 1.1, mode: 0o644 }]],
  ])('%j', (text, values) => expect(parseStrict(text)).toEqual({ values }));

  it.each([
    ['a: [1', /line 1/],
    ['a: 1\na: 2', /unique/],
    ['a:\n\t- b', /line/],
    ['a: &x 1\nb: *x', /aliases .* \(line 2\)/],
    ['a: 1\n---\nb: [', /line 3/],
  ])('%j is an error of one line', (text, error) => {
    const result = parseStrict(text);
    expect(result).toEqual({ error: expect.stringMatching(error) });
    expect('error' in result && result.error).not.toContain('\n');
  });
});
