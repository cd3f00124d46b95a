import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kubernetesConnection } from '../../../src/adapters/cluster/connection.ts';
import { prometheusAtUrl, prometheusInCluster } from '../../../src/adapters/metrics/prometheus.ts';
import type { Metrics } from '../../../src/ports/metrics.ts';
import { kubeconfig } from '../cluster/kubeconfig-text.ts';
import { answer, bodyOf, type Certificates, type Loopback, loopback, makeCertificates } from '../loopback.ts';
import { everythingIn, failureBy, failureOf } from '../thrown.ts';

const token = 'sesame-open-1234567890';
let plain: Loopback;
let secure: Loopback;
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  plain = await loopback(() => undefined);
  secure = await loopback(() => undefined, { cert: certificates.cert, key: certificates.key });
});
afterAll(() => Promise.all([plain.close(), secure.close()]));

const vector = (...samples: readonly (readonly [Record<string, string>, string])[]): object => ({
  status: 'success',
  data: { resultType: 'vector', result: samples.map(([metric, value]) => ({ metric, value: [1700000000.1, value] })) },
});
const at = (body: unknown, status = 200, headers: Record<string, string> = {}): Metrics => {
  plain.handler = (_, response) => answer(response, status, body, headers);
  return prometheusAtUrl({ url: plain.url, token, timeoutSeconds: 30 });
};

describe('an answer', () => {
  it('is a value for each series, as Go writes floats', async () => {
    const samples = [
      [{ version: 'v1' }, '0'],
      [{ version: 'v2' }, '1.5e-07'],
      [{}, '-12'],
      [{ a: '1' }, 'NaN'],
      [{ a: '2' }, '+Inf'],
      [{ a: '3' }, '-Inf'],
    ] as const;
    expect(await at(vector(...samples)).query('x')).toEqual([
      { labels: { version: 'v1' }, value: 0 },
      { labels: { version: 'v2' }, value: 1.5e-7 },
      { labels: {}, value: -12 },
      { labels: { a: '1' }, value: Number.NaN },
      { labels: { a: '2' }, value: Number.POSITIVE_INFINITY },
      { labels: { a: '3' }, value: Number.NEGATIVE_INFINITY },
    ]);
  });

  it('is read back as it was written, whatever the number', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
        async (value) => {
          expect(await at(vector([{}, String(value)])).query('x')).toEqual([{ labels: {}, value }]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('may be empty, or a scalar', async () => {
    expect(await at(vector()).query('x')).toEqual([]);
    expect(await at({ status: 'success', data: { resultType: 'scalar', result: [1, '7'] } }).query('x')).toEqual([
      { labels: {}, value: 7 },
    ]);
  });

  it('passes warnings on', async () => {
    const warnings: string[] = [];
    plain.handler = (_, response) => answer(response, 200, { ...vector([{}, '1']), warnings: ['store\n::error:: is away'] });
    expect(await prometheusAtUrl({ url: plain.url, onWarning: (text) => warnings.push(text) }).query('x')).toHaveLength(1);
    expect(warnings).toEqual([`Prometheus ${plain.host} warns: store ::error:: is away`]);
  });
});

describe('no usable answer', () => {
  const success = (data: unknown): object => ({ status: 'success', data });
  it.each([
    ['HTML', 200, '<html>log in</html>', 'it answered 200: HTML: <html>log in</html>'],
    ['nothing', 200, '', 'something that is not JSON'],
    ['half an answer', 200, '{"status":"success","data":{"resul', 'something that is not JSON'],
    ['a redirect', 302, '', 'a redirect to login.example, which is often a login page'],
    [
      'an error in the query',
      400,
      { status: 'error', errorType: 'bad_data', error: 'parse error: unclosed left parenthesis' },
      'it answered 400: bad_data: parse error: unclosed left parenthesis',
    ],
    ['an error with 200', 200, { status: 'error', errorType: 'execution', error: 'too many samples' }, 'execution: too many samples'],
    ['an error without words', 200, { status: 'error' }, 'JSON that is no answer of Prometheus'],
    ['success that is none', 500, vector([{}, '1']), 'it answered 500'],
    ['partial content', 206, vector([{}, '1']), 'it answered 206'],
    ['a gateway error', 502, '<html>bad gateway', 'it answered 502: HTML'],
    ['too many requests', 429, { message: 'slow down' }, 'it answered 429'],
    ['a list', 200, [1], 'something that is not JSON'],
    ['a matrix', 200, success({ resultType: 'matrix', result: [] }), 'a result of type matrix'],
    ['a string', 200, success({ resultType: 'string', result: [1, '1'] }), 'a result of type string'],
    ['no data', 200, { status: 'success' }, 'a result of type unknown'],
    ['a vector that is none', 200, success({ resultType: 'vector', result: null }), 'a vector without its series'],
    ['a histogram', 200, success({ resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] }), 'a native histogram'],
    ['labels that are no text', 200, success({ resultType: 'vector', result: [{ metric: { a: 1 }, value: [1, '1'] }] }), 'cannot be read'],
    ['no labels', 200, success({ resultType: 'vector', result: [{ value: [1, '1'] }] }), 'cannot be read'],
    ['a number for a value', 200, success({ resultType: 'vector', result: [{ metric: {}, value: [1, 1] }] }), 'cannot be read'],
    ['an empty value', 200, vector([{}, '']), 'cannot be read'],
    ['a hexadecimal value', 200, vector([{}, '0x10']), 'cannot be read'],
    ['a value in words', 200, vector([{}, 'toString']), 'cannot be read'],
    ['null for a series', 200, success({ resultType: 'vector', result: [null] }), 'cannot be read'],
    ['a scalar that is none', 200, success({ resultType: 'scalar', result: '7' }), 'a scalar that cannot be read'],
  ])('%s', async (_, status, body, problem) => {
    const failure = await failureOf(at(body, status, { Location: 'https://login.example/?next=secret' }).query('x'));
    expect(failure.code).toBe('METRICS_UNREACHABLE');
    expect(failure.what).toContain(`The metric store ${plain.host} gave no usable answer:`);
    expect(failure.what).toContain(problem);
  });

  it('is a series that no reader could use, wherever in the answer it is', async () => {
    const good = { metric: {}, value: [1, '1'] };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constant(good)),
        fc.array(fc.constant(good)),
        fc.json().map((text) => JSON.parse(text) as unknown),
        async (before, after, odd) => {
          const metrics = at({ status: 'success', data: { resultType: 'vector', result: [...before, odd, ...after] } });
          expect((await failureOf(metrics.query('x'))).code).toBe('METRICS_UNREACHABLE');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is a connection that fails, is too slow, or does not end', async () => {
    const patient = prometheusAtUrl({ url: plain.url, token, timeoutSeconds: 20 });
    plain.handler = (request) => void request.socket.destroy();
    expect((await failureOf(patient.query('x'))).what).toContain('the connection was cut');
    plain.handler = () => undefined;
    const hasty = prometheusAtUrl({ url: plain.url, token, timeoutSeconds: 0.2 });
    expect((await failureOf(hasty.query('x'))).what).toContain('no answer within 0.2 s');
    plain.handler = (_, response) => {
      response.writeHead(200).write(`{"status":"success","data":"${'x'.repeat(9 * 1024 * 1024)}`);
    };
    expect((await failureOf(patient.query('x'))).what).toContain('the answer is longer than 8388608 bytes');
  });

  it('is bounded in what it shows', async () => {
    const { what } = await failureOf(
      at({ status: 'error', errorType: 'bad_data', error: `a\u001b[31m\n${'x'.repeat(9000)}` }, 400).query('x'),
    );
    expect(what.length).toBeLessThan(700);
    expect(what).not.toMatch(/\p{Cc}/u);
  });

  it('is not what cancelling makes of it', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    plain.handler = () => abort.abort(reason);
    await expect(prometheusAtUrl({ url: plain.url }).query('x', abort.signal)).rejects.toBe(reason);
  });
});

describe('a query', () => {
  it('is in the URL when it is short and in the body when it is long, below the path of the URL', async () => {
    const seen: string[] = [];
    plain.handler = (request, response) =>
      void bodyOf(request).then((body) => {
        seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${body}`);
        answer(response, 200, vector());
      });
    const metrics = prometheusAtUrl({ url: `${plain.url}/prometheus/` });
    await metrics.query('up{a="b&c"} + 1');
    const long = 'x'.repeat(1501);
    await metrics.query(long);
    expect(seen).toEqual([
      'GET /prometheus/api/v1/query?query=up%7Ba%3D%22b%26c%22%7D+%2B+1  ',
      `POST /prometheus/api/v1/query application/x-www-form-urlencoded query=${long}`,
    ]);
  });

  it('carries token and headers', async () => {
    let headers: unknown;
    plain.handler = (request, response) => {
      headers = request.headers;
      answer(response, 200, vector());
    };
    await prometheusAtUrl({ url: plain.url, token: ` ${token}\n`, headers: { 'X-Scope-OrgID': 'shop' } }).query('x');
    expect(headers).toMatchObject({ authorization: `Bearer ${token}`, 'x-scope-orgid': 'shop' });
    await prometheusAtUrl({ url: plain.url.replace('//', '//us%40er:p%3Aw@') }).query('x');
    expect(headers).toMatchObject({ authorization: `Basic ${Buffer.from('us@er:p:w').toString('base64')}` });
  });

  it('trusts the certificate authority that is given, and no other', async () => {
    secure.handler = (_, response) => answer(response, 200, vector([{}, '1']));
    expect(await prometheusAtUrl({ url: secure.url, ca: certificates.ca }).query('x')).toHaveLength(1);
    expect((await failureOf(prometheusAtUrl({ url: secure.url }).query('x'))).what).toContain(
      'the certificate of the server is not trusted',
    );
  });

  it.each([
    ['no URL', { url: 'prometheus:9090' }],
    ['another scheme', { url: 'file:///etc/passwd' }],
    ['two identities', { url: 'https://user:password@prometheus.example', token }],
    ['an identity that cannot be read', { url: 'https://user:%zz-password@prometheus.example' }],
  ])('is not possible with %s', (_, options) => {
    const failure = failureBy(() => prometheusAtUrl(options));
    expect(failure.code).toBe('INPUT_INVALID');
    expect(everythingIn(failure)).not.toMatch(/password@|sesame/);
  });
});

describe("through the API server's proxy", () => {
  const service = { namespace: 'monitoring', service: 'prometheus', port: 'http-web' };
  const inCluster = (options: object = {}): Metrics => {
    const connection = kubernetesConnection({
      kubeconfig: kubeconfig({ server: secure.url, ca: certificates.ca, user: { token } }),
      version: '1',
    });
    return prometheusInCluster(connection, { ...service, ...options });
  };

  it('asks the Service', async () => {
    secure.requests.length = 0;
    secure.handler = (_, response) => answer(response, 200, vector([{}, '3']));
    expect(await inCluster().query('up')).toEqual([{ labels: {}, value: 3 }]);
    await inCluster({ scheme: 'https', path: '/prometheus', port: '9090' }).query('x'.repeat(1501));
    expect(secure.requests).toEqual([
      'GET /api/v1/namespaces/monitoring/services/prometheus:http-web/proxy/api/v1/query?query=up',
      'POST /api/v1/namespaces/monitoring/services/https:prometheus:9090/proxy/prometheus/api/v1/query',
    ]);
  });

  it.each([
    [503, { kind: 'Status', message: 'no endpoints available for service "prometheus"' }, 'no endpoints available'],
    [
      403,
      { kind: 'Status', message: `services "prometheus" is forbidden: ${token}` },
      'the API server\'s services "prometheus" is forbidden: ***',
    ],
    [401, { kind: 'Status', message: 'Unauthorized' }, 'Unauthorized'],
    [400, { status: 'error', errorType: 'bad_data', error: 'parse error' }, 'bad_data: parse error'],
    [200, '<html>', 'HTML'],
  ])('%i %j', async (status, body, problem) => {
    secure.handler = (_, response) => answer(response, status, body);
    const failure = await failureOf(inCluster().query('up'));
    expect(failure).toMatchObject({ code: 'METRICS_UNREACHABLE', what: expect.stringContaining(problem) });
    expect(failure.what).toContain('service monitoring/prometheus:http-web');
  });

  it('is METRICS_UNREACHABLE, too, when the API server is away', async () => {
    secure.handler = (request) => void request.socket.destroy();
    expect((await failureOf(inCluster().query('up'))).code).toBe('METRICS_UNREACHABLE');
  });
});

describe('the token', () => {
  it('is in no message', async () => {
    const bodies = [
      { status: 'error', errorType: 'auth', error: `token ${token} expired` },
      `<html>${token}`,
      `"${token}"`,
      { status: 'success', data: { resultType: token } },
    ];
    for (const status of [200, 302, 400, 401, 500]) {
      for (const body of bodies) expect(everythingIn(await failureOf(at(body, status).query('x')))).not.toContain(token);
    }
    const invalid = prometheusAtUrl({ url: plain.url, token: `${token}\n${token}` });
    expect(everythingIn(await failureOf(invalid.query('x')))).not.toContain(token);
    const keyed = prometheusAtUrl({ url: plain.url, headers: { 'X-Api-Key': token } });
    plain.handler = (request, response) => answer(response, 401, String(request.headers['x-api-key']));
    expect(everythingIn(await failureOf(keyed.query('x')))).not.toContain(token);
    plain.handler = (request, response) => answer(response, 401, String(request.headers.authorization));
    const user = prometheusAtUrl({ url: plain.url.replace('//', '//deployer:correct-horse@') });
    expect(everythingIn(await failureOf(user.query('x')))).not.toMatch(/correct-horse|ZGVwbG95ZXI6Y29ycmVjdC1ob3JzZQ/);
  });
});
