import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { answer, bodyOf, type Loopback, loopback } from '../adapters/loopback.ts';
import { type Archive, archiveOf } from '../adapters/programs/archive.ts';
import { runAction } from './runner.ts';

jest.setTimeout(300_000);

/** A release of Trivy in so far as scan sees it: a program that writes a report of the documented format, and leaves a mark that it ran. */
let server: Loopback;
let trivy: Archive;
let folder = '';
let uploads: Record<string, string>[] = [];
let uploadStatus = 202;
const corpus = resolve(import.meta.dirname, '../corpus/findings/trivy-findings.json');

beforeAll(async () => {
  server = await loopback((request, response) => {
    if (request.url === '/trivy.tar.gz') return response.end(trivy.bytes);
    if (request.url !== '/repos/example/agent/code-scanning/sarifs') return answer(response, 404, { message: 'Not Found' });
    return void bodyOf(request).then((text) => {
      uploads.push(JSON.parse(text) as Record<string, string>);
      answer(
        response,
        uploadStatus,
        uploadStatus === 202 ? { id: '1' } : { message: 'Advanced Security must be enabled for this repository to use code scanning.' },
      );
    });
  });
  trivy = archiveOf({ trivy: `#!/bin/sh\ntouch "$HOME/it-ran"\ncat ${corpus}\n` });
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-scan-'));
  mkdirSync(join(folder, 'workspace'));
  uploads = [];
  uploadStatus = 202;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const scan = (inputs: Readonly<Record<string, string>> = {}) =>
  runAction({
    action: 'scan',
    inputs: { tools: 'trivy', trivy: 'pinned', 'trivy-url': `${server.url}/trivy.tar.gz`, 'trivy-sha256': trivy.sha256, ...inputs },
    folder,
    env: { GITHUB_API_URL: server.url, PATH: '/usr/bin:/bin' },
  });
const ran = (): boolean => existsSync(join(folder, 'home/it-ran'));
const token = 'ghs_onlyForThisTest0123456789';

describe('Trivy by its checksum', () => {
  it('is downloaded, verified and run', async () => {
    const { outputs, log } = await scan();
    expect([outputs['outcome'], outputs['findings'], ran()]).toEqual(['blocked', '3', true]);
    expect(log).toContain(`has the SHA-256 ${trivy.sha256}`);
  });

  it('is not run with another one, which is not a pass', async () => {
    const { outputs, exitCode, summary } = await scan({ 'trivy-sha256': '0'.repeat(64) });
    expect([exitCode, outputs['outcome'], ran()]).toEqual([1, 'not-checked', false]);
    expect(summary).toContain('nothing of it was run');
  });

  it.each([
    ['an address without a checksum', { 'trivy-sha256': '' }],
    ['a checksum without an address', { 'trivy-url': '' }],
    ['an address that is not used', { trivy: 'path' }],
    ['plain http from elsewhere', { 'trivy-url': 'http://mirror.example.com/trivy.tar.gz' }],
  ])('%s is refused before anything is asked', async (_, inputs) => {
    server.requests.length = 0;
    const { exitCode } = await scan(inputs);
    expect([exitCode, ran(), server.requests]).toEqual([1, false, []]);
  });
});

describe('code scanning', () => {
  it('gets what was found, with scores, and the verdict stays', async () => {
    const { outputs, stdout, stderr } = await scan({ 'github-token': token });
    expect(outputs['outcome']).toBe('blocked');
    const sarif = JSON.parse(gunzipSync(Buffer.from(uploads[0]?.['sarif'] ?? '', 'base64')).toString('utf8'));
    expect(uploads[0]).toMatchObject({ ref: 'refs/heads/main', commit_sha: '7e1f0c5d8a34b96221a0c8f4be7a95d03c6e1f28' });
    expect(sarif.runs).toMatchObject([{ tool: { driver: { name: 'trivy' } }, results: expect.any(Array) }]);
    expect(sarif.runs[0].results.length).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(outputs['sarif'] ?? '', 'utf8'))).toEqual(sarif);
    expect(`${stdout}${stderr}`.replace(/^::add-mask::.*$/gm, '')).not.toContain(token);
  });

  it.each([
    ['auto', 0],
    ['true', 1],
  ])('that is not permitted changes no verdict, with `upload: %s`', async (upload, warnings) => {
    uploadStatus = 403;
    const { outputs, summary, commands } = await scan({ 'github-token': token, upload, severity: 'critical' });
    expect(outputs['outcome']).toBe('blocked');
    expect(summary).toContain('Advanced Security must be enabled');
    expect(existsSync(outputs['sarif'] ?? '')).toBe(true);
    expect(
      commands.filter(({ name, properties }) => name === 'warning' && properties['title'] === 'Not uploaded to code scanning'),
    ).toHaveLength(warnings);
  });

  it('is not asked without a token, and the file is there', async () => {
    const { outputs, summary } = await scan();
    expect([uploads, existsSync(outputs['sarif'] ?? '')]).toEqual([[], true]);
    expect(summary).toContain('no &#96;github-token&#96; is given');
  });

  it('is left alone with `upload: false`', async () => {
    const { outputs } = await scan({ 'github-token': token, upload: 'false' });
    expect([uploads, outputs['sarif']]).toEqual([[], '']);
  });
});
