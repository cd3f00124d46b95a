import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { githubCodeScanning, type Upload } from '../../../src/adapters/code-scanning/github.ts';
import { answer, bodyOf, type Loopback, loopback } from '../loopback.ts';
import { failureOf } from '../thrown.ts';

let server: Loopback;
beforeAll(async () => {
  server = await loopback(() => undefined);
});
afterAll(() => server.close());

const commit = '7e1f0c5d8a34b96221a0c8f4be7a95d03c6e1f28';
const scanning = (more: Partial<Upload> = {}) =>
  githubCodeScanning({
    access: { api: server.url, repository: 'o/r', token: 'ghs_secret', version: '0', pauseSeconds: 0.01 },
    commit,
    ref: 'refs/heads/main',
    fromFork: false,
    ...more,
  });

it('sends the document compressed, with commit and branch', async () => {
  let seen: { url: string | undefined; body: Record<string, string> } | undefined;
  server.handler = (request, response) => {
    void bodyOf(request).then((text) => {
      seen = { url: request.url, body: JSON.parse(text) as Record<string, string> };
      answer(response, 202, { id: '1', url: 'x' });
    });
  };
  await scanning().upload({ version: '2.1.0' });
  expect(seen).toMatchObject({ url: '/repos/o/r/code-scanning/sarifs', body: { commit_sha: commit, ref: 'refs/heads/main' } });
  expect(JSON.parse(gunzipSync(Buffer.from(seen?.body['sarif'] ?? '', 'base64')).toString('utf8'))).toEqual({ version: '2.1.0' });
});

it.each([
  [403, 'Advanced Security must be enabled for this repository to use code scanning.', 'FORGE_FORBIDDEN'],
  [404, 'Not Found', 'FORGE_FORBIDDEN'],
  [413, 'Too large', 'FORGE_REFUSED'],
  [400, 'Bad Request', 'FORGE_REFUSED'],
])('%s is told with what GitHub says', async (status, message, code) => {
  server.handler = (_, response) => answer(response, status, { message });
  const failure = await failureOf(scanning().upload({}));
  expect(failure).toMatchObject({ code, what: expect.stringContaining(message.replace(/\.$/, '')) });
  if (code === 'FORGE_FORBIDDEN') expect(failure.remedy).toContain('`security-events: write`');
});

it('what is larger than GitHub takes is not sent', async () => {
  server.requests.length = 0;
  expect(await failureOf(scanning().upload({ noise: randomBytes(12 * 1024 * 1024).toString('base64') }))).toMatchObject({
    code: 'FORGE_REFUSED',
    what: expect.stringContaining('bytes compressed'),
  });
  expect(server.requests).toEqual([]);
});

it.each([
  ['a fork', { fromFork: true }, /fork/],
  ['no token', { access: undefined }, /github-token/],
  ['no commit', { commit: 'main' }, /which commit/],
  ['no branch', { ref: undefined }, /which commit/],
])('is closed to %s', (_, more, why) => expect(scanning(more).closed).toMatch(why));
it('is open otherwise', () => expect(scanning().closed).toBeUndefined());
