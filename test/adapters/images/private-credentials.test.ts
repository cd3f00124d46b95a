import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { forgetCredentials, privateCredentials } from '../../../src/adapters/images/private-credentials.ts';

let folder = '';
let original = '';
let temporary = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-credentials-'));
  [original, temporary] = [join(folder, 'original'), join(folder, 'temporary')];
  mkdirSync(join(original, 'cli-plugins'), { recursive: true });
  mkdirSync(temporary);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const configIn = (path: string) => JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as Record<string, unknown>;

it('keeps what was there, but for the registry that is signed in to, and nobody else may read it', async () => {
  const config = {
    auths: { 'ghcr.io': { auth: 'old' }, 'quay.io': { auth: 'kept' }, 'stored.example.com': {} },
    credsStore: 'desktop',
    credHelpers: { 'ghcr.io': 'gh', 'gcr.io': 'gcloud' },
    proxies: { default: { httpProxy: 'http://proxy' } },
  };
  writeFileSync(join(original, 'config.json'), JSON.stringify(config));
  const own = await privateCredentials(temporary, original, 'ghcr.io');
  expect(configIn(own)).toEqual({
    auths: { 'quay.io': { auth: 'kept' }, 'stored.example.com': {} },
    credHelpers: { 'quay.io': 'desktop', 'stored.example.com': 'desktop', 'gcr.io': 'gcloud' },
    proxies: config.proxies,
  });
  expect(statSync(own).mode & 0o777).toBe(0o700);
  expect(statSync(join(own, 'config.json')).mode & 0o777).toBe(0o600);
  expect(realpathSync(join(own, 'cli-plugins'))).toBe(realpathSync(join(original, 'cli-plugins')));
  expect(configIn(original)).toEqual(config);
});

it.each(['', '{', '[]', 'null'])('begins anew where %j stands', async (text) => {
  writeFileSync(join(original, 'config.json'), text);
  expect(configIn(await privateCredentials(temporary, original, 'ghcr.io'))).toEqual({ auths: {}, credHelpers: {} });
});

it('is removed without what it only points to', async () => {
  const own = await privateCredentials(temporary, original, 'ghcr.io');
  expect(await forgetCredentials(temporary, own)).toBe(true);
  expect(existsSync(own)).toBe(false);
  expect(existsSync(join(original, 'cli-plugins'))).toBe(true);
  expect(await forgetCredentials(temporary, own)).toBe(true);
});

it('removes nothing else, whoever asks', async () => {
  const elsewhere = join(original, 'wf-deploy-docker-x');
  mkdirSync(elsewhere);
  const ways = [
    original,
    temporary,
    '/',
    '',
    elsewhere,
    join(temporary, '..', 'original'),
    join(temporary, 'wf-deploy-docker-x/../../original'),
  ];
  for (const path of ways) expect([path, await forgetCredentials(temporary, path)]).toEqual([path, false]);
  expect(existsSync(elsewhere)).toBe(true);
});
