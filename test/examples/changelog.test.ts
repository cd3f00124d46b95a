import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

// Two branches that both fold the list of changes together leave it twice when they are merged: every line is a good one, so nobody sees it.
const text = readFileSync(join(resolve(import.meta.dirname, '../..'), 'CHANGELOG.md'), 'utf8');
const lines = text.split('\n');
const begins = lines.filter((line) => line.startsWith('- '));

/** What an entry is about: its first words, without marks. */
const about = (line: string): string =>
  line
    .replace(/[^\p{L}\p{N} ]/gu, '')
    .trim()
    .split(' ')
    .slice(0, 8)
    .join(' ');

describe('the changelog', () => {
  it('has entries', () => expect(begins.length).toBeGreaterThan(50));

  it('says nothing twice', () => {
    const seen = begins.map(about);
    expect(seen.filter((each, index) => seen.indexOf(each) !== index)).toEqual([]);
  });

  it('has no paragraph that a list runs into', () => {
    const run = lines.filter((line, index) => /^\S/.test(line) && !line.startsWith('- ') && /^(?:- | {2}\S)/.test(lines[index - 1] ?? ''));
    expect(run).toEqual([]);
  });
});
