import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { gitSourceTree } from '../../../src/adapters/source-tree/git.ts';

const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-git-'));
const tree = gitSourceTree(folder, process.env);
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], { encoding: 'utf8' }).trim();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  git('init', '--quiet');
  writeFileSync(join(folder, 'a.txt'), 'a\n');
  writeFileSync(join(folder, '.gitignore'), 'made/\n');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'one');
});

it('knows the commit, its tree and its time', async () => {
  expect(await tree.read()).toEqual({
    commit: git('rev-parse', 'HEAD'),
    tree: git('rev-parse', 'HEAD^{tree}'),
    committed: { at: git('show', '--no-patch', '--format=%cI'), seconds: Number(git('show', '--no-patch', '--format=%ct')) },
    beside: [],
    moreBeside: 0,
  });
});

it('the same content is the same tree in another commit', async () => {
  const before = await tree.read();
  git('commit', '--quiet', '--allow-empty', '--message', 'two');
  const after = await tree.read();
  expect(after?.tree).toBe(before?.tree);
  expect(after?.commit).not.toBe(before?.commit);
});

it.each([
  ['changed', 'a.txt'],
  ['new', 'b.txt'],
  ['ignored', 'made/c.txt'],
])('a %s file is beside the commit', async (_, path) => {
  mkdirSync(join(folder, 'made'), { recursive: true });
  writeFileSync(join(folder, path), 'other\n');
  expect((await tree.read())?.beside).toEqual([path.startsWith('made') ? 'made/' : path]);
  git('clean', '-fdxq');
  git('checkout', '--quiet', '.');
});

it('says how many more there are', async () => {
  for (let index = 0; index < 8; index += 1) writeFileSync(join(folder, `new-${index}.txt`), '');
  expect(await tree.read()).toMatchObject({ beside: ['new-0.txt', 'new-1.txt', 'new-2.txt', 'new-3.txt', 'new-4.txt'], moreBeside: 3 });
  git('clean', '-fdxq');
});

it('is nothing where there is no checkout, no commit and no git', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'wf-deploy-no-git-'));
  expect(await gitSourceTree(empty, process.env).read()).toBeUndefined();
  execFileSync('git', ['-C', empty, 'init', '--quiet']);
  expect(await gitSourceTree(empty, process.env).read()).toBeUndefined();
  expect(await gitSourceTree(folder, { PATH: '' }).read()).toBeUndefined();
  rmSync(empty, { recursive: true });
});
