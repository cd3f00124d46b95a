import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { verifiedPrograms } from '../../../src/adapters/programs/verified.ts';
import { type Loopback, loopback } from '../loopback.ts';
import { failureOf } from '../thrown.ts';
import { archiveOf } from './archive.ts';

let server: Loopback;
let folder = '';
beforeAll(async () => {
  server = await loopback(() => undefined);
});
afterAll(() => server.close());
beforeEach(() => {
  if (folder !== '') rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-programs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const program = '#!/bin/sh\necho "it ran $1"\n';
const fetched = (bytes: Buffer, sha256: string) => {
  server.handler = (_, response) => response.end(bytes);
  return verifiedPrograms(folder).fetched({ url: `${server.url}/trivy.tar.gz`, sha256, program: 'trivy' });
};

it('runs what has its checksum', async () => {
  const { bytes, sha256 } = archiveOf({ trivy: program, 'README.md': 'x' });
  const path = await fetched(bytes, sha256);
  expect(execFileSync(path, ['once'], { encoding: 'utf8' })).toBe('it ran once\n');
  expect(readdirSync(join(path, '..'))).toEqual(['trivy']);
});

it('what has another one is deleted, and nothing of it was unpacked', async () => {
  const { bytes, sha256 } = archiveOf({ trivy: program });
  const failure = await failureOf(fetched(Buffer.concat([bytes, Buffer.from([0])]), sha256));
  expect(failure).toMatchObject({ code: 'PROGRAM_UNVERIFIED', what: expect.stringContaining(`not ${sha256}`) });
  expect(readdirSync(folder)).toEqual([]);
});

it.each([
  ['no archive', Buffer.from('hello')],
  ['an archive without it', archiveOf({ other: program }).bytes],
])('%s is refused although its checksum is right', async (_, bytes) => {
  const { createHash } = await import('node:crypto');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await failureOf(fetched(bytes, sha256))).toMatchObject({
    code: 'PROGRAM_UNVERIFIED',
    what: expect.stringContaining('cannot be unpacked'),
  });
});

it('a file beside it in the archive is not written', async () => {
  const { bytes, sha256 } = archiveOf({ trivy: program, 'tar-option': 'x' });
  const path = await fetched(bytes, sha256);
  expect(existsSync(join(path, '../tar-option'))).toBe(false);
});

it('knows this machine', () => expect(verifiedPrograms(folder).platform).toBe(`${process.platform}/${process.arch}`));
