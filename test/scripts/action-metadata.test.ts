import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readActions, starterPath } from '../../scripts/action-metadata.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wf-deploy-metadata-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function action(name: string, inputs: string, runs = '{using: node24, main: m, post: p}'): void {
  const path = join(root, 'actions', name, 'action.yml');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `name: n\ndescription: d\nauthor: a\ninputs:\n${inputs}\nruns: ${runs}\n`);
}

describe('action.yml', () => {
  it('is found at any depth, and sorted', () => {
    action('canary', '  a: {description: d, required: true}\n  b: {description: e, required: false, default: "1"}');
    action('backup/verify', '  {}', '{using: composite, steps: []}');
    const [verify, canary] = readActions(root);
    expect(verify).toMatchObject({ name: 'backup/verify', using: 'composite', inputs: [], main: undefined });
    expect(canary).toMatchObject({ name: 'canary', main: 'm', post: 'p' });
    expect(canary?.inputs).toEqual([
      { name: 'a', description: 'd', required: true, default: undefined },
      { name: 'b', description: 'e', required: false, default: '1' },
    ]);
    expect([verify, canary].map((each) => each && starterPath(each, root, 'index.js'))).toEqual([
      '../../../dist/backup/verify/index.js',
      '../../dist/canary/index.js',
    ]);
  });

  it.each([
    ['a default that is no string', '  a: {description: d, required: false, default: 10}'],
    ['an input without description', '  a: {required: false}'],
    ['an input that does not say whether it is required', '  a: {description: d}'],
    ['a field that is misspelt', '  a: {description: d, required: false, defualt: "1"}'],
  ])('is refused with %s', (_name, inputs) => {
    action('canary', inputs);
    expect(() => readActions(root)).toThrow('actions/canary/action.yml is not as it should be');
  });
});
