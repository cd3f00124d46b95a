import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { webhookNotifier } from '../../../src/adapters/notifier/webhook.ts';
import { answer, bodyOf, type Loopback, loopback } from '../loopback.ts';
import { everythingIn, failureBy, failureOf } from '../thrown.ts';

const alert = {
  severity: 'critical',
  title: 'agent went back',
  message: '5.2 % errors',
  facts: { service: 'agent', weight: '0' },
} as const;
let server: Loopback;
beforeAll(async () => {
  server = await loopback(() => undefined);
});
beforeEach(() => {
  server.requests.length = 0;
});
afterAll(() => server.close());
const notifier = (options: object = {}): ReturnType<typeof webhookNotifier> =>
  webhookNotifier({ url: `${server.url}/services/T0/B0/secret-path?key=secret-key`, ...options });

describe('webhookNotifier', () => {
  it('posts the alert as JSON', async () => {
    let posted = '';
    server.handler = (request, response) =>
      void bodyOf(request).then((body) => {
        posted = `${request.headers['content-type']} ${body}`;
        answer(response, 204, '');
      });
    await notifier({ now: () => new Date(0) }).send(alert);
    expect(posted).toBe(`application/json ${JSON.stringify({ ...alert, at: '1970-01-01T00:00:00.000Z' })}`);
    expect(server.requests).toEqual(['POST /services/T0/B0/secret-path?key=secret-key']);
    await notifier().send(alert);
    expect(posted).toBe(`application/json ${JSON.stringify(alert)}`);
  });

  it.each([
    [429, 2],
    [500, 2],
    [503, 2],
    [302, 1],
    [400, 1],
    [404, 1],
  ])('after %i has posted %i time(s)', async (status, times) => {
    server.handler = (_, response) => answer(response, status, 'secret-path');
    const failure = await failureOf(notifier().send(alert));
    expect(failure).toMatchObject({
      code: 'NOTIFY_FAILED',
      what: `The webhook at ${server.host} did not take the notification: it answered ${status}.`,
    });
    expect(server.requests).toHaveLength(times);
  });

  it('is content with the second attempt', async () => {
    server.handler = (request, response) => void (server.requests.length === 1 ? request.socket.destroy() : answer(response, 200, 'ok'));
    await expect(notifier().send(alert)).resolves.toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });

  it('does not wait for ever', async () => {
    server.handler = () => undefined;
    expect((await failureOf(notifier({ timeoutSeconds: 0.05 }).send(alert))).what).toContain('no answer within 0.05 s');
  });

  it('shows only the host of its URL', async () => {
    server.handler = (request) => void request.socket.destroy();
    expect(everythingIn(await failureOf(notifier().send(alert)))).not.toMatch(/secret/);
    const user = `http://user:secret-password@${server.host}/`;
    expect(everythingIn(await failureOf(notifier({ url: user }).send(alert)))).not.toMatch(/secret/);
    const failure = failureBy(() => notifier({ url: 'hooks.example/secret-path' }));
    expect(failure.code).toBe('INPUT_INVALID');
    expect(everythingIn(failure)).not.toMatch(/secret/);
  });

  it('rejects with the reason of the signal', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    server.handler = () => abort.abort(reason);
    await expect(notifier().send(alert, abort.signal)).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });
});
