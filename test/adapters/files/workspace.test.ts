import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { workspaceFiles } from '../../../src/adapters/files/workspace.ts';
import { failureOf } from '../thrown.ts';

const place = mkdtempSync(join(tmpdir(), 'files-'));
const root = join(place, 'workspace');
mkdirSync(join(root, 'k8s/base'), { recursive: true });
writeFileSync(join(place, 'secret'), 'hunter2');
for (const [path, text] of Object.entries({
  'k8s/a.yaml': 'kind: A\n---\nkind: B\n',
  'k8s/base/c.yml': 'kind: C\n',
  'k8s/broken.yaml': 'kind: [\n',
  'notes.txt': 'é\n',
}))
  writeFileSync(join(root, path), text);
writeFileSync(join(root, 'latin.txt'), Buffer.from([0xe9, 0x0a]));
symlinkSync('../secret', join(root, 'link'));
symlinkSync('loop', join(root, 'loop'));
symlinkSync('notes.txt', join(root, 'inner'));
const files = workspaceFiles(root);
afterAll(() => rmSync(place, { recursive: true }));

describe('find', () => {
  it.each([
    ['k8s/a.yaml', ['k8s/a.yaml']],
    ['k8s', ['k8s/a.yaml', 'k8s/base/c.yml', 'k8s/broken.yaml']],
    ['k8s/', ['k8s/a.yaml', 'k8s/base/c.yml', 'k8s/broken.yaml']],
    ['k8s/**/*.yml', ['k8s/base/c.yml']],
    ['*.txt', ['latin.txt', 'notes.txt']],
    ['none', []],
  ])('%s', async (pattern, found) => expect(await files.find(pattern)).toEqual(found));

  it.each(['../secret', '../*', join(place, 'secret')])('%s leads out', async (pattern) => {
    expect(await failureOf(files.find(pattern))).toMatchObject({ code: 'FILE_UNREADABLE', what: expect.stringContaining('outside') });
  });
});

describe('text', () => {
  it('reads a file, also by a link that stays inside', async () => {
    expect([await files.text('notes.txt', 10), await files.text('inner', 3)]).toEqual(['é\n', 'é\n']);
  });

  it.each([
    ['none.txt', 'no such file'],
    ['notes.txt/x', 'no such file'],
    ['k8s', 'not a file'],
    ['../secret', 'outside'],
    ['link', 'outside'],
    [join(place, 'secret'), 'outside'],
    ['loop', 'circle'],
    ['latin.txt', 'not UTF-8'],
    ['a\0b', 'cannot be read'],
  ])('refuses %j', async (path, reason) => {
    const failure = await failureOf(files.text(path, 100));
    expect(failure).toMatchObject({ code: 'FILE_UNREADABLE', what: expect.stringContaining(reason) });
    expect(failure.message).not.toContain('hunter2');
  });

  it('refuses what is longer, and does not cut it', async () => {
    expect(await failureOf(files.text('notes.txt', 2))).toMatchObject({ what: expect.stringContaining('3 bytes, and at most 2') });
  });
});

describe('documents', () => {
  it('gives every document', async () => {
    expect(await files.documents('k8s/a.yaml', 100)).toEqual([{ kind: 'A' }, { kind: 'B' }]);
  });

  it('names the file that is no YAML', async () => {
    expect(await failureOf(files.documents('k8s/broken.yaml', 100))).toMatchObject({
      code: 'FILE_UNREADABLE',
      what: expect.stringMatching(/k8s\/broken\.yaml.*not YAML/),
    });
  });
});
