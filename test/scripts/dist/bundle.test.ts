import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bundle, chunkName, mostScriptBytes, totalBytes } from '../../../scripts/dist/bundle.ts';
import { differences, withCopy } from '../../../scripts/dist/folder.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wf-deploy-bundle-'));
  symlinkSync(resolve(import.meta.dirname, '../../../node_modules'), join(root, 'node_modules'));
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

describe('a bundle', () => {
  it('is one entry, lazy parts, a starter for each action, and the licences', async () => {
    const files = await bundle(root);
    expect([...files.keys()]).toEqual(['canary/index.js', 'canary/post.js', 'index.js', 'lib/flows-canary-index.js', 'licences.txt']);
    expect(files.get('index.js')?.length).toBeLessThan(500);
    expect(files.get('licences.txt')).toMatch(/^yaml \d.*\nISC\n.*^zod \d.*\nMIT\n/ms);
  });

  it('is the same in every byte wherever it is built, and names no place', async () => {
    const [near, far] = [await withCopy(root, 0, bundle), await withCopy(root, 4, bundle)];
    expect(differences(near, far, ['near', 'far'])).toEqual([]);
    expect([...near.values()].filter((text) => text.includes(tmpdir()) || text.includes('node_modules'))).toEqual([]);
  });

  it('is not made larger than it may be', async () => {
    write('src/flows/canary/index.ts', `export const run = () => ${JSON.stringify('x'.repeat(mostScriptBytes))};`);
    await expect(bundle(root)).rejects.toThrow(`${mostScriptBytes} is the most`);
  });

  it('is not made when an import leads nowhere', async () => {
    write('src/flows/canary/index.ts', "import { x } from 'no-such-package';\nexport const run = () => x;");
    await expect(bundle(root)).rejects.toThrow('no-such-package');
  });

  it('is not made when its folder shows', async () => {
    write('src/flows/canary/index.ts', `export const run = () => ${JSON.stringify(root)};`);
    await expect(bundle(root)).rejects.toThrow('name the folder it was built in');
  });

  it('counts scripts, in bytes', () =>
    expect(
      totalBytes(
        new Map([
          ['a.js', 'ü'],
          ['licences.txt', 'xx'],
        ]),
      ),
    ).toBe(2));
});

describe('the name of a chunk', () => {
  it.each([
    ['/w/src/flows/canary/index.ts', 'flows-canary-index'],
    ['/w/node_modules/yaml/dist/index.js', 'yaml'],
    ['/w/node_modules/a/node_modules/@b/c/index.js', 'b-c'],
    ['\0rolldown/runtime.js', 'rolldown-runtime'],
  ])('%s → %s', (module, name) => expect(chunkName('/w', module)).toBe(name));

  it('is refused for a module from elsewhere', () => expect(() => chunkName('/w', '/other/a.ts')).toThrow('outside'));
});
