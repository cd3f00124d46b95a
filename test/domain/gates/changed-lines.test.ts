import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isChanged, parseDiff } from '../../../src/domain/gates/changed-lines.ts';
import { parsedValue, problemOf } from './findings.ts';

const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-diff-'));
const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
let diff = '';

beforeAll(() => {
  git('init', '-q');
  git('config', 'user.email', 'a@example.com');
  git('config', 'user.name', 'a');
  write('a.py', 'one\ntwo\nthree\nfour\n');
  write('gone.py', 'x\n');
  write('less.py', 'x\ny\n');
  git('add', '-A');
  git('commit', '-qm', 'first');
  write('a.py', 'one\n2\n2b\nthree\nfour\n++ b/evil.py\n@@ -1 +1 @@\n');
  write('new file "ä".py', 'x\n--- a/x\n');
  write('less.py', 'x\n');
  rmSync(join(folder, 'gone.py'));
  git('add', '-A');
  git('commit', '-qm', 'second');
  diff = git('diff', '--unified=0', '--no-color', '--no-ext-diff', '--no-prefix', '--no-renames', 'HEAD~1', 'HEAD', '--');
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (path: string, line?: number, endLine?: number) => ({
  in: 'file' as const,
  path,
  ...(line === undefined ? {} : { line }),
  ...(endLine === undefined ? {} : { endLine }),
});

describe('the changed lines of a real git', () => {
  it('are those that were added or altered', () => {
    expect(Object.fromEntries(parsedValue(parseDiff(diff)))).toEqual({
      'a.py': [
        { from: 2, to: 3 },
        { from: 6, to: 7 },
      ],
      'less.py': [],
      'new file "ä".py': [{ from: 1, to: 2 }],
    });
  });
  it('decide which findings count', () => {
    const changes = parsedValue(parseDiff(diff));
    expect([1, 2, 3, 4, 5, 6, 7, 8].filter((line) => isChanged(changes, at('a.py', line)))).toEqual([2, 3, 6, 7]);
    expect(isChanged(changes, at('a.py', 1, 2))).toBe(true);
    expect(isChanged(changes, at('a.py', 4, 5))).toBe(false);
    expect(isChanged(changes, at('a.py'))).toBe(true);
    expect(isChanged(changes, at('less.py', 1))).toBe(false);
    expect(isChanged(changes, at('evil.py', 1))).toBe(false);
    expect(isChanged(changes, at('gone.py'))).toBe(false);
    expect(isChanged(changes, { in: 'nothing' })).toBe(true);
    expect(isChanged(changes, { in: 'elsewhere', shown: '/x' })).toBe(true);
  });
  it('of a cut answer are refused', () => {
    const cut = diff.slice(0, diff.indexOf('+2b'));
    expect(problemOf(parseDiff(cut))).toBe('ends in the middle of a file');
    expect(problemOf(parseDiff('@@ -1 +1 @@'))).toBe('is no answer of git diff');
  });
  it('of nothing are none', () => expect(parsedValue(parseDiff('')).size).toBe(0));
});
