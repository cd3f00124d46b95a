import { resolve } from 'node:path';
import { Script } from 'node:vm';
import { expect, it } from '@jest/globals';
import { readFolder } from '../../../scripts/dist/folder.ts';
import { guardians, mostGuardianBytes } from '../../../scripts/dist/guardians.ts';
import { routers } from '../../../src/domain/traffic/index.ts';

const root = resolve(import.meta.dirname, '../../..');

it('there is a guardian for every router, small and with nothing but Node', () => {
  const built = [...readFolder(resolve(root, 'dist/guardian'))];
  expect(new Set(built.map(([path]) => path))).toEqual(new Set(Object.keys(routers).map((name) => `${name}.js`)));
  for (const [path, code] of built) {
    expect(Buffer.byteLength(code)).toBeLessThan(mostGuardianBytes);
    const wanted = [...code.matchAll(/require\(["'`]([^"'`]+)["'`]\)/g)].map(([, name]) => name ?? '');
    expect(wanted).toContain('node:https');
    expect(wanted.filter((name) => !name.startsWith('node:'))).toEqual([]);
    // A script, as Node takes a lone .js file: it parses as one.
    expect(() => new Script(`(function (require) {${code}\n})`, { filename: path })).not.toThrow();
  }
});

it('none is made where there is none to make', async () => expect((await guardians(resolve(root, 'examples'))).size).toBe(0));
