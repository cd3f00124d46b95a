import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Connection, kubernetesConnection } from '../../../src/adapters/cluster/connection.ts';
import { answer, bodyOf, type Certificates, type Loopback, loopback, makeCertificates } from '../loopback.ts';
import { everythingIn, failureOf } from '../thrown.ts';
import { base64, type Entry, kubeconfig } from './kubeconfig-text.ts';

const token = 'sesame-open-1234567890';
const request = { purpose: 'read Deployment shop/agent', path: '/apis/apps/v1/namespaces/shop/deployments/agent' };
const status = (code: number, message: string, reason = 'Any'): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message,
  reason,
  code,
});

let certificates: Certificates;
let server: Loopback;
const open: Connection[] = [];
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-connection-'));

const connect = (entry: Partial<Entry> = {}, options: Partial<Parameters<typeof kubernetesConnection>[0]> = {}): Connection => {
  const connection = kubernetesConnection({
    kubeconfig: kubeconfig({ server: server.url, ca: certificates.ca, user: { token }, ...entry }),
    version: '1.2.3',
    ...options,
  });
  open.push(connection);
  return connection;
};

beforeAll(async () => {
  certificates = await makeCertificates();
  const { cert, key, ca } = certificates;
  server = await loopback(() => undefined, { cert, key, ca, requestCert: true, rejectUnauthorized: false });
});
beforeEach(() => {
  server.requests.length = 0;
  server.handler = (_, response) => answer(response, 200, { kind: 'Deployment', unknown: { kept: 1 } });
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('a request', () => {
  it('goes to the path as it is, with query, token and user agent', async () => {
    let headers: http.IncomingHttpHeaders = {};
    server.handler = (received, response) => {
      headers = received.headers;
      answer(response, 200, { ok: true });
    };
    const query = { labelSelector: 'app=agent,version!=canary', continue: undefined };
    expect(await connect().json({ ...request, path: '/api/v1/namespaces/a%2F..%2Fb/pods', query })).toEqual({ ok: true });
    expect(server.requests).toEqual(['GET /api/v1/namespaces/a%2F..%2Fb/pods?labelSelector=app%3Dagent%2Cversion%21%3Dcanary']);
    expect(headers).toMatchObject({ authorization: `Bearer ${token}`, 'user-agent': 'wf-deploy/1.2.3', accept: 'application/json' });
  });

  it('goes below the path that the server has in the kubeconfig', async () => {
    await connect({ server: `${server.url}/k8s/clusters/c-1/` }).json({ ...request, path: '/api/v1' });
    expect(server.requests).toEqual(['GET /k8s/clusters/c-1/api/v1']);
  });

  it('carries its body with the length in bytes', async () => {
    let received = '';
    server.handler = (incoming, response) =>
      void bodyOf(incoming).then((body) => {
        received = `${incoming.headers['content-type']} ${incoming.headers['content-length']} ${body}`;
        answer(response, 201, {});
      });
    await connect().json({ ...request, method: 'PATCH', body: '{"a":"ü"}', contentType: 'application/apply-patch+yaml' });
    expect(received).toBe('application/apply-patch+yaml 10 {"a":"ü"}');
  });

  it('uses one connection again and again', async () => {
    const before = server.opened();
    const connection = connect();
    for (let i = 0; i < 5; i++) await connection.json(request);
    expect(server.opened() - before).toBe(1);
  });

  it('survives that the server closed the kept connection just as it is used again', async () => {
    const connection = connect();
    await connection.json(request);
    let cut = 0;
    server.handler = (incoming, response) => {
      if (cut++ === 0) incoming.socket.destroy();
      else answer(response, 200, { ok: true });
    };
    expect(await connection.json(request)).toEqual({ ok: true });
    // A write may have been carried out before the cut, so it is not sent twice.
    await connection.json(request);
    cut = 0;
    expect((await failureOf(connection.json({ ...request, method: 'PATCH', body: '[]' }))).code).toBe('CLUSTER_UNREACHABLE');
    expect(cut).toBe(1);
  });

  it('is reported once it is answered', async () => {
    const seen: unknown[] = [];
    const connection = connect({}, { onRequest: (...report) => seen.push(report) });
    await connection.json({ ...request, query: { watch: 'true', labelSelector: undefined } });
    server.handler = (incoming) => void incoming.socket.destroy();
    await failureOf(connection.json({ ...request, method: 'PUT', body: '{}' }));
    expect(seen).toEqual([
      ['GET', `${request.path}?watch=true`, 200],
      ['PUT', request.path, undefined],
    ]);
  });
});

describe('the answer', () => {
  it.each([
    [400, 'bad request', 'CLUSTER_REFUSED'],
    [401, 'Unauthorized', 'CLUSTER_UNAUTHORISED'],
    [
      403,
      'deployments.apps "agent" is forbidden: User "ci" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
      'CLUSTER_FORBIDDEN',
    ],
    [403, 'admission webhook "policy.example" denied the request: no latest tags', 'CLUSTER_REFUSED'],
    [403, 'pods "agent" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=2, limited: cpu=2', 'CLUSTER_REFUSED'],
    [403, 'leases "x" is forbidden: unable to create new content in namespace shop because it is being terminated', 'CLUSTER_REFUSED'],
    [404, 'deployments.apps "agent" not found', 'CLUSTER_NOT_FOUND'],
    [405, 'the server does not allow this method on the requested resource', 'CLUSTER_REFUSED'],
    [409, 'the object has been modified', 'CLUSTER_CONFLICT'],
    [410, 'The provided continue parameter is too old', 'CLUSTER_REFUSED'],
    [413, 'Request entity too large', 'CLUSTER_REFUSED'],
    [422, 'Deployment.apps "agent" is invalid: spec.replicas: Invalid value: -1', 'CLUSTER_REFUSED'],
    [429, 'too many requests', 'CLUSTER_BROKEN'],
    [500, 'etcdserver: request timed out', 'CLUSTER_BROKEN'],
    [503, 'apiserver not ready', 'CLUSTER_BROKEN'],
  ])('%i "%s" is %s', async (code, message, expected) => {
    server.handler = (_, response) => answer(response, code, status(code, message));
    const failure = await failureOf(connect().json(request));
    expect(failure).toMatchObject({
      code: expected,
      what: `Cannot read Deployment shop/agent: the API server answered ${code}, ${message}`,
    });
  });

  it('404 in plain text is how the API server names a group that it does not have', async () => {
    server.handler = (_, response) => answer(response, 404, '404 page not found\n');
    expect((await failureOf(connect().json(request))).code).toBe('CLUSTER_NOT_FOUND');
  });

  it.each([
    [200, '<html>log in</html>'],
    [200, '{"kind":'],
    [200, ''],
    [302, ''],
    [403, '<html>blocked by the proxy</html>'],
    [404, '<html>not here</html>'],
    [502, '<html>bad gateway</html>'],
    [500, '{"message":"some other API"}'],
  ])('%i %s is not one of the API server', async (code, text) => {
    server.handler = (_, response) => answer(response, code, text, { Location: 'https://login.example/' });
    expect((await failureOf(connect().json(request))).code).toBe('CLUSTER_BROKEN');
  });

  it('is shown without control characters and only in part', async () => {
    server.handler = (_, response) => answer(response, 400, status(400, `a\n::error::b\u001b[2J${'x'.repeat(5000)}`));
    const { what } = await failureOf(connect().json(request));
    expect(what.split('answered 400, ')[1]).toMatch(/^a ::error::b \[2Jx{480,500}…$/);
  });

  it('has a bounded body', async () => {
    server.handler = (_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'a');
      const more = (): boolean => response.write(chunk) && more();
      response.writeHead(200).on('drain', more);
      more();
    };
    expect((await failureOf(connect().json({ ...request, timeoutSeconds: 60 }))).what).toContain(
      'the answer is longer than 67108864 bytes',
    );
  });
});

describe('no answer', () => {
  it('is CLUSTER_UNREACHABLE when the connection is refused, cut or too slow', async () => {
    const refused = await failureOf(connect({ server: 'https://127.0.0.1:1' }).json(request));
    expect(refused).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      what: expect.stringContaining('127.0.0.1:1 did not answer: the connection was refused'),
    });

    server.handler = (incoming) => void incoming.socket.destroy();
    expect((await failureOf(connect().json(request))).what).toContain('the connection was cut (ECONNRESET)');

    server.handler = (_, response) => void response.writeHead(200).write('{"half":');
    expect((await failureOf(connect().json({ ...request, timeoutSeconds: 0.1 }))).what).toContain('no answer within 0.1 s');
    // Where no name server answers, that takes the system half a minute to find out.
    const unknown = connect({ server: 'https://no-such-host.invalid' });
    expect((await failureOf(unknown.json({ ...request, timeoutSeconds: 100 }))).what).toMatch(/host name/);
  });

  it('is CLUSTER_UNREACHABLE when the certificate is not trusted', async () => {
    const { ca: _, ...entry } = { server: server.url, ca: '', user: { token } };
    const untrusting = kubernetesConnection({ kubeconfig: kubeconfig(entry), version: '1' });
    open.push(untrusting);
    expect((await failureOf(untrusting.json(request))).what).toContain('the certificate of the server is not trusted');
    expect(server.requests).toEqual([]);
  });

  it('is the reason of the signal when that aborts', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    server.handler = () => abort.abort(reason);
    await expect(connect().json({ ...request, signal: abort.signal })).rejects.toBe(reason);
    server.requests.length = 0;
    await expect(connect().json({ ...request, signal: abort.signal })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });
});

describe('authentication', () => {
  const plugin = (script: string): { apiVersion: string; command: string } => {
    const command = join(folder, `plugin-${Math.random()}`);
    writeFileSync(command, `#!/bin/sh\n${script}\n`);
    chmodSync(command, 0o700);
    return { apiVersion: 'client.authentication.k8s.io/v1', command };
  };
  const credential = (value: object): string =>
    JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: value });

  it('by client certificate', async () => {
    let user: unknown;
    server.handler = (incoming, response) => {
      user = (incoming.socket as TLSSocket).getPeerCertificate().subject?.CN;
      answer(response, 200, {});
    };
    const { clientCert, clientKey } = certificates;
    await connect({ user: { 'client-certificate-data': base64(clientCert), 'client-key-data': base64(clientKey) } }).json(request);
    expect(user).toBe('deployer');
  });

  it('by user and password', async () => {
    let authorization: unknown;
    server.handler = (incoming, response) => {
      authorization = incoming.headers.authorization;
      answer(response, 200, {});
    };
    await connect({ user: { username: 'admin', password: 'correct horse' } }).json(request);
    expect(authorization).toBe(`Basic ${base64('admin:correct horse')}`);
  });

  it('by a token file, whose last line may have an end', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${token}\n`);
    let authorization: unknown;
    server.handler = (incoming, response) => {
      authorization = incoming.headers.authorization;
      answer(response, 200, {});
    };
    const masked: string[] = [];
    await connect({ user: { tokenFile } }, { onSecret: (secret) => masked.push(secret) }).json(request);
    expect(authorization).toBe(`Bearer ${token}`);
    expect(masked).toEqual([token]);
  });

  it('by a credential plugin, run once, and once more when its token is no longer taken', async () => {
    const count = join(folder, 'count');
    writeFileSync(count, '');
    const exec = plugin(
      `echo x >> ${count}\nn=$(wc -l < ${count})\necho "$KUBERNETES_EXEC_INFO" > ${count}.info\nprintf '%s' '${credential({ token: 'token-NUMBER' })}' | sed "s/NUMBER/$n/"`,
    );
    const masked: string[] = [];
    const connection = connect({ user: { exec } }, { onSecret: (secret) => masked.push(secret) });
    let accepted = 'Bearer token-1';
    server.handler = (incoming, response) =>
      incoming.headers.authorization === accepted
        ? answer(response, 200, { user: accepted })
        : answer(response, 401, status(401, 'Unauthorized'));
    await connection.json(request);
    await connection.json(request);
    expect(readFileSync(count, 'utf8')).toBe('x\n');
    expect(JSON.parse(readFileSync(`${count}.info`, 'utf8'))).toMatchObject({ kind: 'ExecCredential', spec: { interactive: false } });

    accepted = 'Bearer token-2';
    expect(await connection.json(request)).toEqual({ user: 'Bearer token-2' });
    expect(masked).toEqual(['token-1', 'token-2']);

    accepted = 'nobody';
    server.requests.length = 0;
    expect((await failureOf(connection.json(request))).code).toBe('CLUSTER_UNAUTHORISED');
    expect(server.requests).toHaveLength(2);
  });

  it('asks once only where there is nothing to renew', async () => {
    server.handler = (_, response) => answer(response, 401, status(401, 'Unauthorized'));
    await failureOf(connect().json(request));
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['there is no such command', () => ({ command: join(folder, 'none') })],
    ['not logged in to tenant', () => plugin('echo not logged in to tenant >&2; exit 1')],
    ['it did not print an ExecCredential', () => plugin(`echo ${token}`)],
    ['it did not print an ExecCredential', () => plugin('echo {}')],
  ])('says why a credential plugin gave nothing: %s', async (reason, exec) => {
    const failure = await failureOf(connect({ user: { exec: exec() } }).json(request));
    expect(failure.code).toBe('CLUSTER_UNAUTHORISED');
    expect(failure.what).toContain(reason);
    expect(everythingIn(failure)).not.toContain(token.slice(0, 6));
  });

  it('says which file of the kubeconfig is missing', async () => {
    const failure = await failureOf(connect({ user: { 'client-certificate': '/nowhere/client.crt' } }).json(request));
    expect(failure).toMatchObject({ code: 'KUBECONFIG_INVALID', what: expect.stringContaining('/nowhere/client.crt') });
  });

  it('goes through the proxy that the kubeconfig names', async () => {
    const tunnels: string[] = [];
    const proxy = http.createServer().on('connect', (incoming: http.IncomingMessage, socket: net.Socket) => {
      tunnels.push(incoming.url ?? '');
      const onward = net.connect(Number(server.host.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as net.AddressInfo;
    try {
      await connect({ cluster: { 'proxy-url': `http://127.0.0.1:${port}` } }).json(request);
      expect(tunnels).toEqual([server.host]);
    } finally {
      proxy.close();
      proxy.closeAllConnections();
    }
  });
});

describe('secrets', () => {
  it('are in no message, whatever the server says', async () => {
    const connection = connect();
    const bodies = [status(403, `token ${token} is not known`), `<html>${token}`, { error: token }];
    for (const code of [200, 302, 400, 401, 403, 404, 409, 422, 429, 500]) {
      for (const body of bodies) {
        server.handler = (_, response) => answer(response, code, body);
        const error = await connection.json(request).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(everythingIn(error)).not.toContain(token);
      }
    }
  });

  it('are in no message when nothing answers', async () => {
    server.handler = (incoming) => void incoming.socket.destroy();
    expect(everythingIn(await failureOf(connect().json(request)))).not.toContain(token);
    expect(everythingIn(await failureOf(connect({ user: { token: `${token}\u0007` } }).json(request)))).not.toContain(token);
  });
});
