import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { differences, readFolder, withCopy, writeFolder } from '../../../scripts/dist/folder.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wf-deploy-folder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('differences', () => {
  const one = new Map([
    ['a.js', '1'],
    ['b.js', '2'],
    ['c.js', '3'],
  ]);
  it.each([
    [
      [
        ['a.js', '1'],
        ['b.js', '2'],
        ['c.js', '3'],
      ],
      [],
    ],
    [
      [
        ['a.js', '1'],
        ['b.js', '2 '],
        ['c.js', '3'],
      ],
      ['b.js is not the same in left and right'],
    ],
    [
      [
        ['a.js', '1'],
        ['c.js', '3'],
        ['d.js', '4'],
      ],
      ['b.js is only in left', 'd.js is only in right'],
    ],
  ])('with %j', (other, found) => {
    expect(differences(one, new Map(other as [string, string][]), ['left', 'right'])).toEqual(found);
  });
});

describe('folders', () => {
  it('are read as they were written, and hold nothing else', () => {
    const dist = join(root, 'dist');
    writeFolder(dist, new Map([['stale.js', 'x']]));
    const files = new Map([
      ['index.js', 'a'],
      ['lib/b.js', 'ü\r\n'],
    ]);
    writeFolder(dist, files);
    expect(readFolder(dist)).toEqual(files);
  });

  it('that are not there hold nothing', () => expect(readFolder(join(root, 'gone'))).toEqual(new Map()));

  it('are copied as deep as asked, and taken away again', async () => {
    for (const folder of ['src', 'actions', 'node_modules']) mkdirSync(join(root, folder));
    for (const file of ['src/a.ts', 'package.json', 'node_modules/x']) writeFileSync(join(root, file), file);
    const seen = await withCopy(root, 3, async (copy) => {
      expect(['src/a.ts', 'package.json', 'node_modules/x'].map((file) => readFileSync(join(copy, file), 'utf8'))).toHaveLength(3);
      return copy;
    });
    expect(seen.split('/')).toHaveLength(tmpdir().split('/').length + 4);
    expect(existsSync(seen)).toBe(false);
  });
});
