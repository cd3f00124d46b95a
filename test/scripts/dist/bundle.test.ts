import { describe, expect, it } from '@jest/globals';
import { chunkName, totalBytes } from '../../../scripts/dist/bundle.ts';

describe('the name of a chunk', () => {
  it.each([
    ['/w/src/flows/canary/index.ts', 'flows-canary-index'],
    ['/w/node_modules/yaml/dist/index.js', 'yaml'],
    ['/w/node_modules/a/node_modules/@b/c/index.js', 'b-c'],
    ['\0rolldown/runtime.js', 'rolldown-runtime'],
  ])('%j → %s', (module, name) => expect(chunkName('/w', module)).toBe(name));

  it('is refused for a module from elsewhere', () => expect(() => chunkName('/w', '/other/a.ts')).toThrow('outside'));
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
