import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { markOf, writtenAt } from '../../../src/adapters/files/mark.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-mark-'));
  file = join(folder, 'report.json');
  writeFileSync(file, 'one');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('stays while nobody writes', async () => expect(await markOf(file)).toBe(await markOf(file)));

it('is another one after a write, also of the same content', async () => {
  const before = await markOf(file);
  utimesSync(file, 1, 1);
  const old = await markOf(file);
  writeFileSync(file, 'one');
  expect(new Set([before, old, await markOf(file)]).size).toBe(3);
});

it('is another one where a file took its place, whatever time it claims', async () => {
  utimesSync(file, 1, 1);
  const before = await markOf(file);
  writeFileSync(`${file}.new`, 'two');
  utimesSync(`${file}.new`, 1, 1);
  renameSync(`${file}.new`, file);
  expect(await markOf(file)).not.toBe(before);
});

it('says when the content was written', async () => {
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  expect(writtenAt(await markOf(file))).toBe(1_700_000_000_000);
});

it('is none where there is no file', async () => expect(await markOf(join(folder, 'gone')).catch(({ code }) => code)).toBe('ENOENT'));
