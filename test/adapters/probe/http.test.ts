import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpProbe } from '../../../src/adapters/probe/http.ts';
import { answer, type Loopback, loopback } from '../loopback.ts';

describe('httpProbe', () => {
  const probe = httpProbe();
  const options = { headers: {}, timeoutSeconds: 30 };
  let server: Loopback;
  beforeAll(async () => {
    server = await loopback((_, response) => answer(response, 200, 'well'));
  });
  afterAll(() => server.close());

  it('gives status and body of any answer, and sends the headers', async () => {
    server.handler = (request, response) => answer(response, 503, `canary=${request.headers['x-canary']} host=${request.headers.host}`);
    expect(await probe.get(`${server.url}/healthz`, { ...options, headers: { 'X-Canary': 'always', Host: 'shop.example' } })).toEqual({
      is: 'answer',
      status: 503,
      body: 'canary=always host=shop.example',
    });
  });

  it('does not follow a redirect', async () => {
    server.requests.length = 0;
    server.handler = (_, response) => answer(response, 302, '', { Location: '/login' });
    expect(await probe.get(`${server.url}/`, options)).toEqual({ is: 'answer', status: 302, body: '' });
    expect(server.requests).toEqual(['GET /']);
  });

  it('keeps the first 64 KiB of a body, even of one without an end', async () => {
    server.handler = (_, response) => {
      const chunk = 'a'.repeat(16 * 1024);
      const more = (): boolean => response.write(chunk) && more();
      response.writeHead(200).on('drain', more);
      more();
    };
    const result = await probe.get(server.url, options);
    expect(result).toEqual({ is: 'answer', status: 200, body: 'a'.repeat(64 * 1024) });
  });

  it('takes a failing connection for an answer of its own', async () => {
    server.handler = (request) => void request.socket.destroy();
    expect(await probe.get(server.url, options)).toEqual({ is: 'no-answer', reason: 'the connection was cut (ECONNRESET)' });

    const closed = await loopback(() => undefined);
    await closed.close();
    expect(await probe.get(closed.url, options)).toEqual({ is: 'no-answer', reason: 'the connection was refused (ECONNREFUSED)' });
  });

  it('does not take the beginning of a cut answer for an answer', async () => {
    server.handler = (request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('half', () => request.socket.destroy());
    };
    expect(await probe.get(server.url, options)).toEqual({ is: 'no-answer', reason: 'the connection was cut (ECONNRESET)' });
  });

  it('waits no longer than it may, for the headers and for the body', async () => {
    server.handler = () => undefined;
    expect(await probe.get(server.url, { ...options, timeoutSeconds: 0.05 })).toEqual({
      is: 'no-answer',
      reason: 'no answer within 0.05 s',
    });
    server.handler = (_, response) => void response.writeHead(200).write('slow');
    expect(await probe.get(server.url, { ...options, timeoutSeconds: 0.05 })).toEqual({
      is: 'no-answer',
      reason: 'no answer within 0.05 s',
    });
  });

  it('refuses what is no http URL, and headers that HTTP does not allow, without showing them', async () => {
    expect(await probe.get('file:///etc/passwd', options)).toEqual({ is: 'no-answer', reason: 'the URL is not an http or https URL' });
    const result = await probe.get(server.url, { ...options, headers: { Authorization: 'Bearer sesame\nopen' } });
    expect(result).toEqual({
      is: 'no-answer',
      reason: 'a header of the request holds characters that HTTP does not allow (ERR_INVALID_CHAR)',
    });
  });

  it('rejects with the reason of the signal, before and during the request', async () => {
    const abort = new AbortController();
    const reason = new Error('the run was cancelled');
    server.handler = () => abort.abort(reason);
    await expect(probe.get(server.url, { ...options, signal: abort.signal })).rejects.toBe(reason);
    await expect(probe.get(server.url, { ...options, signal: abort.signal })).rejects.toBe(reason);
  });

  it('opens a connection for each request', async () => {
    server.handler = (_, response) => answer(response, 200, 'well');
    const before = server.opened();
    await probe.get(server.url, options);
    await probe.get(server.url, options);
    expect(server.opened() - before).toBe(2);
  });
});
