import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { asker, type ForgeAccess, type Question, undocumented } from '../../../src/adapters/forge/ask.ts';
import { answer, type Loopback, loopback } from '../loopback.ts';
import { everythingIn, failureBy, failureOf } from '../thrown.ts';

const token = 'ghs_secretOfThisTest';
let server: Loopback;
beforeAll(async () => {
  server = await loopback(() => undefined);
});
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
});

const ask = (question: Partial<Question> = {}, more: Partial<ForgeAccess> = {}, signal?: AbortSignal) =>
  asker({ api: server.url, repository: 'o/r', token, version: '1', pauseSeconds: 0.01, patienceSeconds: 30, ...more })(
    { path: '/x', permission: 'deployments: write', ...question },
    signal,
  );
/** The statuses one after the other, the last one from then on. */
const statuses = (...list: readonly [number, Readonly<Record<string, string>>?][]): void => {
  let count = 0;
  server.handler = (_, response) => {
    const [status, headers = {}] = list[Math.min(count, list.length - 1)] ?? [500];
    count += 1;
    answer(response, status, { message: `It says ${status} of ${token}.` }, headers);
  };
};

it('asks with the token, the version of the API and a name of its own', async () => {
  let seen: unknown;
  server.handler = ({ headers, url }, response) => {
    seen = { url, authorization: headers.authorization, version: headers['x-github-api-version'], agent: headers['user-agent'] };
    answer(response, 200, { fine: true });
  };
  expect(await ask()).toEqual({ status: 200, body: { fine: true } });
  expect(seen).toEqual({ url: '/repos/o/r/x', authorization: `Bearer ${token}`, version: '2022-11-28', agent: 'wf-deploy/1' });
});

describe('what is asked again', () => {
  it.each([
    ['a broken server', [[502], [503], [200]], 3],
    ['a rate limit', [[429, { 'retry-after': '0' }], [200]], 2],
    ['a secondary rate limit', [[403, { 'retry-after': '0' }], [200]], 2],
    ['a limit that is used up until now', [[403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000' }], [200]], 2],
  ] as const)('%s', async (_, list, requests) => {
    statuses(...(list as unknown as [number][]));
    expect((await ask()).status).toBe(200);
    expect(server.requests).toHaveLength(requests);
  });

  it.each([
    ['a broken server, three times', [[500]], 3, 'FORGE_UNREACHABLE', 'answered 500'],
    ['a limit for longer than there is time', [[403, { 'retry-after': '3600' }]], 1, 'FORGE_UNREACHABLE', 'used up for another 3600 s'],
    ['a limit whose end is far', [[429, { 'x-ratelimit-reset': '99999999999' }]], 3, 'FORGE_UNREACHABLE', 'rate limit is used up'],
    ['a token that is not accepted', [[401]], 1, 'FORGE_FORBIDDEN', 'answered 401'],
    ['a permission that lacks', [[403]], 1, 'FORGE_FORBIDDEN', 'answered 403'],
    ['what the token may not see', [[404]], 1, 'FORGE_FORBIDDEN', 'answered 404'],
    ['what cannot be', [[422]], 1, 'FORGE_REFUSED', 'answered 422'],
    ['a redirect', [[307, { location: 'http://127.0.0.1:1/' }]], 1, 'FORGE_REFUSED', 'a redirect, which is not followed'],
  ] as const)('but not %s', async (name, list, requests, code, text) => {
    statuses(...(list as unknown as [number][]));
    const failure = await failureOf(ask());
    expect(failure).toMatchObject({ code, what: expect.stringContaining(text) });
    expect(server.requests).toHaveLength(name.includes('whose end is far') ? 1 : requests);
    expect(everythingIn(failure)).not.toContain(token);
  });

  it('nobody answers', async () => {
    server.handler = (request) => request.socket.destroy();
    expect(await failureOf(ask())).toMatchObject({ code: 'FORGE_UNREACHABLE' });
    expect(server.requests).toHaveLength(3);
  });
});

it('names the permission that a refused token needs', async () => {
  for (const status of [403, 404]) {
    statuses([status]);
    expect((await failureOf(ask())).remedy).toContain('`deployments: write`');
  }
});

it('a status that is an answer is no failure', async () => {
  statuses([404]);
  expect((await ask({ accepts: [404] })).status).toBe(404);
});

it.each([
  ['no JSON', '<html>'],
  ['half of it', '{"a":'],
])('%s is refused', async (_, text) => {
  server.handler = (_request, response) => answer(response, 200, text);
  expect(await failureOf(ask())).toMatchObject({ code: 'FORGE_REFUSED', what: 'GitHub answered GET /x with something that is not JSON.' });
});

it('an answer that has no end is not read to it', async () => {
  server.handler = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const more = (): void => void (response.write('x'.repeat(65_536)) ? setImmediate(more) : response.once('drain', more));
    more();
  };
  expect(await failureOf(ask({ maxBytes: 1_000_000 }))).toMatchObject({
    code: 'FORGE_UNREACHABLE',
    what: expect.stringContaining('longer than 1000000 bytes'),
  });
});

it('what GitHub says is foreign text', async () => {
  server.handler = (_, response) => answer(response, 403, { message: `a\n::error::b \u001b[31m${token} ${'x'.repeat(900)}` });
  const { what } = await failureOf(ask());
  expect(what).not.toMatch(/\p{Cc}/u);
  expect(what.length).toBeLessThan(400);
  expect(what).not.toContain(token);
});

it('ends with the reason of a signal', async () => {
  server.handler = () => undefined;
  const controller = new AbortController();
  const asked = ask({}, {}, controller.signal);
  controller.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});

it.each([
  ['no address', { api: 'api.github.com' }],
  ['another protocol', { api: 'file:///etc' }],
  ['an address with a password', { api: 'https://a:b@api.github.com' }],
  ['no repository', { repository: 'agent' }],
  ['a repository that leads elsewhere', { repository: 'o/..' }],
  ['a repository with a query', { repository: 'o/r?x=' }],
])('%s is refused before anything is asked', (_, more) =>
  expect(failureBy(() => asker({ api: server.url, repository: 'o/r', token, version: '1', ...more }))).toMatchObject({
    code: 'INPUT_INVALID',
  }),
);

it('tells requests by their path, without the query', async () => {
  const told: string[] = [];
  statuses([200]);
  await ask({ path: '/x?task=1' }, { onRequest: (method, path, status) => told.push(`${method} ${path} ${status}`) });
  expect(told).toEqual(['GET /repos/o/r/x 200']);
});

it('what is not documented names the question', () =>
  expect(undocumented({ method: 'POST', path: '/d', permission: '' }, 'nonsense').what).toBe('GitHub answered POST /d with nonsense.'));
