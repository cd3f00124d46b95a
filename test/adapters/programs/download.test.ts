import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { download } from '../../../src/adapters/programs/download.ts';
import { answer, type Loopback, loopback } from '../loopback.ts';
import { failureOf } from '../thrown.ts';

let server: Loopback;
let folder = '';
beforeAll(async () => {
  server = await loopback(() => undefined);
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-download-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});
beforeEach(() => {
  server.requests.length = 0;
});
let count = 0;
const target = (): string => {
  count += 1;
  return join(folder, `file-${count}`);
};

it('writes what is there, readable by this user alone, and says its checksum', async () => {
  server.handler = (_, response) => response.end('hello');
  const path = target();
  expect(await download(`${server.url}/a`, path)).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['hello', 0o600]);
});

it('follows redirects, as releases have them', async () => {
  server.handler = ({ url }, response) =>
    url === '/a' ? response.writeHead(302, { location: '/b?signature=secret' }).end() : response.end('hello');
  await download(`${server.url}/a`, target());
  expect(server.requests).toEqual(['GET /a', 'GET /b?signature=secret']);
});

it.each<[string, Loopback['handler'], RegExp]>([
  ['that is not there', (_, response) => answer(response, 404, {}), /the answer was 404/],
  ['that redirects for ever', (_, response) => void response.writeHead(302, { location: '/a' }).end(), /again and again/],
  [
    'that redirects to plain http elsewhere',
    (_, response) => void response.writeHead(302, { location: 'http://localhost:1/a' }).end(),
    /no https address/,
  ],
  ['that redirects to a file', (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(), /no https address/],
  [
    'that breaks off',
    (request, response) => void response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy()),
    /cannot be had/,
  ],
])('one %s cannot be had, and leaves no file', async (_, handler, what) => {
  server.handler = handler;
  const path = target();
  expect(await failureOf(download(`${server.url}/a`, path))).toMatchObject({
    code: 'PROGRAM_UNREACHABLE',
    what: expect.stringMatching(what),
  });
  expect(existsSync(path)).toBe(false);
});

it('a signature in an address is not shown', async () => {
  server.handler = ({ url }, response) =>
    url === '/a' ? response.writeHead(302, { location: '/b?signature=secret' }).end() : answer(response, 403, {});
  expect((await failureOf(download(`${server.url}/a`, target()))).what).not.toContain('secret');
});

it('ends with the reason of a signal', async () => {
  server.handler = (_, response) => void response.write('slow');
  const controller = new AbortController();
  const going = download(`${server.url}/a`, target(), controller.signal);
  controller.abort(new Error('enough'));
  await expect(going).rejects.toThrow('enough');
});
