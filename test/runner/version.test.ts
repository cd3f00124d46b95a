import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { version } from '../../src/runner/version.ts';

it('the version is the one of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  expect(version).toBe(manifest.version);
});
