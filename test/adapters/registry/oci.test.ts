import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ociRegistry } from '../../../src/adapters/registry/oci.ts';
import type { Resolution } from '../../../src/ports/registry.ts';
import { answer, bodyOf, type Loopback, loopback } from '../loopback.ts';

const password = 'correct-horse-battery';
const digest = `sha256:${'a'.repeat(64)}`;
const manifest = '{"schemaVersion":2}';
const types = { 'Content-Type': 'application/vnd.oci.image.index.v1+json' };
const api = { 'Docker-Distribution-Api-Version': 'registry/2.0' };
const unknown = (code: string): object => ({ errors: [{ code, message: 'x' }] });

let registry: Loopback;
let other: Loopback;
beforeAll(async () => {
  registry = await loopback(() => undefined);
  other = await loopback(() => undefined);
});
beforeEach(() => {
  registry.requests.length = 0;
  other.requests.length = 0;
});
afterAll(() => Promise.all([registry.close(), other.close()]));

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const resolve = (handler: Handler, options: { tag?: string; digest?: string; auths?: object } = {}): Promise<Resolution> => {
  registry.handler = handler;
  const { auths, ...which } = options;
  return ociRegistry({ dockerConfig: auths === undefined ? '' : JSON.stringify({ auths }) }).resolve({
    name: `${registry.host}/shop/agent`,
    ...(which.digest ? which : { tag: 'v1', ...which }),
  });
};
const auths = (): object => ({ [registry.host]: { auth: Buffer.from(`ci:${password}`).toString('base64') } });

describe('found', () => {
  it('by the header, with one request', async () => {
    let accept: unknown;
    const found = await resolve((request, response) => {
      accept = request.headers.accept;
      answer(response, 200, '', { ...types, 'Docker-Content-Digest': digest });
    });
    expect(found).toEqual({ is: 'found', digest });
    expect(registry.requests).toEqual(['HEAD /v2/shop/agent/manifests/v1']);
    for (const type of [
      'oci.image.index.v1',
      'oci.image.manifest.v1',
      'docker.distribution.manifest.list.v2',
      'docker.distribution.manifest.v2',
    ]) {
      expect(accept).toContain(`application/vnd.${type}+json`);
    }
  });

  it.each([
    ['no header', (_: IncomingMessage, response: ServerResponse) => answer(response, 200, manifest, types)],
    [
      'a header that is no digest',
      (_: IncomingMessage, response: ServerResponse) =>
        answer(response, 200, manifest, { ...types, 'Docker-Content-Digest': 'sha256:short' }),
    ],
    [
      'no HEAD',
      (request: IncomingMessage, response: ServerResponse) => answer(response, request.method === 'HEAD' ? 405 : 200, manifest, types),
    ],
  ])('by the body, where there is %s', async (_, handler) => {
    expect(await resolve(handler)).toEqual({ is: 'found', digest: `sha256:${createHash('sha256').update(manifest).digest('hex')}` });
    expect(registry.requests).toEqual(['HEAD /v2/shop/agent/manifests/v1', 'GET /v2/shop/agent/manifests/v1']);
  });

  it('by its digest, and only as that', async () => {
    expect(await resolve((_, response) => answer(response, 200, '', { 'Docker-Content-Digest': digest }), { digest })).toEqual({
      is: 'found',
      digest,
    });
    expect(registry.requests).toEqual([`HEAD /v2/shop/agent/manifests/${digest}`]);
    const another = `sha256:${'b'.repeat(64)}`;
    expect(await resolve((_, response) => answer(response, 200, '', { 'Docker-Content-Digest': another }), { digest })).toMatchObject({
      is: 'not-checked',
    });
    expect(await resolve((_, response) => answer(response, 200, manifest, types), { digest })).toMatchObject({ is: 'not-checked' });
  });
});

describe('missing', () => {
  it.each([
    ['the header of a registry', (_: IncomingMessage, response: ServerResponse) => answer(response, 404, '', api)],
    ['an unknown manifest', (_: IncomingMessage, response: ServerResponse) => answer(response, 404, unknown('MANIFEST_UNKNOWN'))],
    ['an unknown name', (_: IncomingMessage, response: ServerResponse) => answer(response, 404, unknown('NAME_UNKNOWN'))],
  ])('is said by %s', async (_, handler) => {
    expect(await resolve(handler)).toEqual({ is: 'missing' });
  });
});

describe('not checked', () => {
  it.each([
    ['a 404 of something else', 404, '<html>not found', {}, '404'],
    ['a 404 with another error', 404, unknown('UNSUPPORTED'), {}, '404 UNSUPPORTED'],
    ['a 404 in odd JSON', 404, { errors: [null, { code: 5 }] }, {}, '404'],
    ['no permission', 403, unknown('DENIED'), {}, '403 (asked without credentials)'],
    ['no credentials', 401, unknown('UNAUTHORIZED'), {}, '401 (asked without credentials)'],
    ['too many requests', 429, unknown('TOOMANYREQUESTS'), {}, '429'],
    ['a broken registry', 500, '', {}, '500'],
    ['a web page', 200, '<html>welcome', {}, 'something that is no image manifest'],
  ])('%s', async (_, status, body, headers, reason) => {
    const result = await resolve((__, response) => answer(response, status, body, headers));
    expect(result).toEqual({ is: 'not-checked', reason: expect.stringContaining(reason) });
    expect(result).toEqual({ is: 'not-checked', reason: expect.stringContaining(registry.host) });
  });

  it('a connection that fails', async () => {
    expect(await resolve((request) => void request.socket.destroy())).toEqual({
      is: 'not-checked',
      reason: `${registry.host}: the connection was cut (ECONNRESET)`,
    });
    expect(await ociRegistry().resolve({ name: 'registry.invalid/shop/agent', tag: 'v1' })).toEqual({
      is: 'not-checked',
      // Where no name server answers, that is not found out in time.
      reason: expect.stringMatching(/^registry\.invalid: (the host name|no answer within)/),
    });
    expect(await ociRegistry().resolve({ name: 'registry.example:99999/agent', tag: 'v1' })).toEqual({
      is: 'not-checked',
      reason: expect.stringContaining('registry.example:99999'),
    });
  });

  it('a redirect without end, or to a place without TLS', async () => {
    expect(await resolve((request, response) => answer(response, 307, '', { Location: request.url ?? '' }))).toEqual({
      is: 'not-checked',
      reason: `${registry.host} answered 307`,
    });
    expect(registry.requests).toHaveLength(4);
    expect(await resolve((_, response) => answer(response, 307, '', { Location: 'http://192.0.2.1/' }))).toEqual({
      is: 'not-checked',
      reason: `${registry.host} answered 307`,
    });
  });

  it('but cancelling rejects with its reason', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    registry.handler = () => abort.abort(reason);
    await expect(ociRegistry().resolve({ name: `${registry.host}/a`, tag: 'v1' }, abort.signal)).rejects.toBe(reason);
  });
});

describe('the challenge', () => {
  const challenge = (): string =>
    `Bearer realm="${other.url}/token?a=1",service="registry, of \\"shop\\"",scope="repository:shop/agent:pull"`;
  /** A registry that takes only a token of the token service. */
  const guarded: Handler = (request, response) => {
    if (request.headers.authorization === 'Bearer the-token') answer(response, 200, '', { 'Docker-Content-Digest': digest });
    else answer(response, 401, unknown('UNAUTHORIZED'), { 'WWW-Authenticate': challenge() });
  };

  it('is answered with a token for anybody', async () => {
    let authorization: unknown = 'none yet';
    other.handler = (request, response) => {
      authorization = request.headers.authorization;
      answer(response, 200, { access_token: 'the-token' });
    };
    expect(await resolve(guarded)).toEqual({ is: 'found', digest });
    expect(authorization).toBeUndefined();
    expect(new URLSearchParams(other.requests[0]?.split('?')[1]).toString()).toBe(
      new URLSearchParams({ a: '1', service: 'registry, of "shop"', scope: 'repository:shop/agent:pull' }).toString(),
    );
  });

  it('is answered with a token for the credentials, which the registry itself never sees', async () => {
    let authorization: unknown;
    const shown: unknown[] = [];
    other.handler = (request, response) => {
      authorization = request.headers.authorization;
      answer(response, 200, { token: 'the-token' });
    };
    const found = await resolve(
      (request, response) => {
        shown.push(request.headers.authorization);
        guarded(request, response);
      },
      { auths: auths() },
    );
    expect(found).toEqual({ is: 'found', digest });
    expect(authorization).toBe(`Basic ${Buffer.from(`ci:${password}`).toString('base64')}`);
    expect(shown).toEqual([undefined, 'Bearer the-token']);
  });

  it('is answered with a token for an identity token', async () => {
    let form = '';
    other.handler = (request, response) =>
      void bodyOf(request).then((body) => {
        form = body;
        answer(response, 200, { access_token: 'the-token' });
      });
    expect(await resolve(guarded, { auths: { [registry.host]: { identitytoken: 'refresh-me' } } })).toEqual({ is: 'found', digest });
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      service: 'registry, of "shop"',
      scope: 'repository:shop/agent:pull',
      grant_type: 'refresh_token',
      client_id: 'wf-deploy',
      refresh_token: 'refresh-me',
    });
  });

  it('is answered with the credentials where the registry wants them', async () => {
    const basic: Handler = (request, response) => {
      if (request.headers.authorization?.startsWith('Basic ')) answer(response, 200, '', { 'Docker-Content-Digest': digest });
      else answer(response, 401, '', { 'WWW-Authenticate': 'Basic realm="shop"' });
    };
    expect(await resolve(basic, { auths: { [`https://${registry.host}/v1/`]: { username: 'ci', password } } })).toEqual({
      is: 'found',
      digest,
    });
    registry.requests.length = 0;
    expect(await resolve(basic)).toMatchObject({ is: 'not-checked' });
    expect(registry.requests).toHaveLength(1);
  });

  it('is answered once only', async () => {
    other.handler = (_, response) => answer(response, 200, { token: 'another-token' });
    expect(await resolve(guarded, { auths: auths() })).toEqual({
      is: 'not-checked',
      reason: `${registry.host} answered 401 (asked with the credentials given)`,
    });
    expect(registry.requests).toHaveLength(2);
  });

  it.each([
    ['refuses', (_: IncomingMessage, response: ServerResponse) => answer(response, 401, { details: password }), 'answered 401'],
    ['gives no token', (_: IncomingMessage, response: ServerResponse) => answer(response, 200, {}), 'answered 200 without a token'],
    ['is a web page', (_: IncomingMessage, response: ServerResponse) => answer(response, 200, '<html>'), 'answered 200 without a token'],
    ['is cut', (request: IncomingMessage) => void request.socket.destroy(), 'the connection was cut'],
  ])('cannot be answered when the token service %s', async (_, handler, reason) => {
    other.handler = handler;
    const result = await resolve(guarded, { auths: auths() });
    expect(result).toEqual({ is: 'not-checked', reason: expect.stringContaining(reason) });
    expect(JSON.stringify(result)).not.toContain(password);
  });

  it('is not answered where the password would travel without TLS', async () => {
    const result = await resolve(
      (_, response) => answer(response, 401, '', { 'WWW-Authenticate': 'Bearer realm="http://192.0.2.1/token"' }),
      { auths: auths() },
    );
    expect(result).toEqual({ is: 'not-checked', reason: expect.stringContaining('not at an https address') });
  });

  it('does not carry its token to another host', async () => {
    let seen: unknown = 'nothing yet';
    other.handler = (request, response) => {
      if (request.url?.startsWith('/token')) return answer(response, 200, { token: 'the-token' });
      seen = request.headers.authorization;
      answer(response, 200, '', { 'Docker-Content-Digest': digest });
    };
    const found = await resolve((request, response) => {
      if (request.headers.authorization === 'Bearer the-token') answer(response, 307, '', { Location: `${other.url}/elsewhere` });
      else answer(response, 401, '', { 'WWW-Authenticate': challenge() });
    });
    expect(found).toEqual({ is: 'found', digest });
    expect(seen).toBeUndefined();
  });
});

describe('the labels of an image', () => {
  const labels = (handler: Handler) => {
    registry.handler = handler;
    return ociRegistry().labels({ name: `${registry.host}/shop/agent`, digest });
  };

  it.each([401, 404, 500])('are not checked where the registry answers %d: that is not an image without labels', async (status) => {
    expect(await labels((_, response) => answer(response, status, ''))).toEqual({
      is: 'not-checked',
      reason: `${registry.host} answered ${status}`,
    });
  });

  it('are not checked where it gives no answer', async () => {
    expect(await labels((request) => void request.socket.destroy())).toMatchObject({ is: 'not-checked' });
  });

  it('are none where what it gives is not what the digest names', async () => {
    expect(await labels((_, response) => answer(response, 200, manifest))).toEqual({ is: 'read', labels: {} });
  });
});
