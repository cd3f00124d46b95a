import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mostScriptBytes } from '../../scripts/dist/bundle.ts';
import { readFolder } from '../../scripts/dist/folder.ts';

const repository = resolve(import.meta.dirname, '../..');
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wf-deploy-bundle-'));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  write('package.json', '{"type": "module"}');
  write('actions/canary/action.yml', 'name: n\ndescription: d\nauthor: a\nruns: {using: node24, main: m, post: p}\n');
  write(
    'src/index.ts',
    "const flows = { canary: () => import('./flows/canary/index.ts') };\nexport const act = async () => (await flows.canary()).run();",
  );
  write(
    'src/flows/canary/index.ts',
    "import * as z from 'zod';\nimport { parse } from 'yaml';\nexport const run = () => z.string().parse(parse('a'));",
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** In a Node of its own: the bundler's native part refuses the objects that Jest's sandbox makes. */
function dist(...options: readonly string[]): { readonly exitCode: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'scripts/dist.ts'), '--root', root, ...options], {
    encoding: 'utf8',
  });
  return { exitCode: status, said: stdout + stderr };
}

const built = (): ReadonlyMap<string, string> => readFolder(join(root, 'dist'));

describe('npm run dist', () => {
  it('makes one entry, lazy parts, a starter for each action, and the licences', () => {
    write('dist/stale.js', 'x');
    expect(dist().exitCode).toBe(0);
    const files = built();
    expect([...files.keys()]).toEqual(['canary/index.js', 'canary/post.js', 'index.js', 'lib/flows-canary-index.js', 'licences.txt']);
    expect(files.get('index.js')?.length).toBeLessThan(500);
    expect(files.get('licences.txt')).toMatch(/^yaml \d.*\nISC\n.*^zod \d.*\nMIT\n/ms);
    for (const text of files.values()) expect(text).not.toMatch(/node_modules|wf-deploy-bundle-/);
  });

  it('builds elsewhere', () => {
    dist('--out', join(root, 'other'));
    expect(built().size).toBe(0);
    expect(readFolder(join(root, 'other')).size).toBe(5);
  });

  it.each([
    [
      'more bytes than a user should pay for',
      `export const run = () => ${JSON.stringify('x'.repeat(mostScriptBytes))};`,
      `${mostScriptBytes} is the most`,
    ],
    ['an import that leads nowhere', "import { x } from 'no-such-package';\nexport const run = () => x;", 'no-such-package'],
    ['the name of its folder', 'export const run = () => "ROOT";', 'would name the folder it was built in'],
  ])('makes nothing with %s', (_name, code, said) => {
    write('src/flows/canary/index.ts', code.replace('ROOT', root));
    const result = dist();
    expect(result.said).toContain(said);
    expect(result.exitCode).toBe(1);
    expect(built().size).toBe(0);
  });
});

describe('npm run dist -- --check', () => {
  it('is content with what the sources give, wherever they lie', () => {
    dist();
    expect(dist('--check')).toEqual({ exitCode: 0, said: expect.stringContaining('dist is what the sources give: 5 files') });
  });

  it('names each file that is not', () => {
    dist();
    appendFileSync(join(root, 'dist/lib/flows-canary-index.js'), ' ');
    rmSync(join(root, 'dist/canary/post.js'));
    write('dist/more.js', '');
    const { exitCode, said } = dist('--check');
    expect(exitCode).toBe(1);
    expect(said.split('\n').slice(0, 4)).toEqual([
      'canary/post.js is only in a fresh build',
      'lib/flows-canary-index.js is not the same in a fresh build and dist',
      'more.js is only in dist',
      '→ Run `npm run dist` and commit what it writes.',
    ]);
  });
});
