import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { inClusterConnection } from '../../src/guardian/connection.ts';
import { answer, bodyOf, type Certificates, type Loopback, loopback, makeCertificates } from '../adapters/loopback.ts';

const request = { purpose: 'read Lease shop/wf-deploy-agent', path: '/apis/coordination.k8s.io/v1/namespaces/shop/leases/wf-deploy-agent' };
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-account-'));
const mount = (name: 'token' | 'ca.crt', text: string): void => writeFileSync(join(folder, name), text);

let certificates: Certificates;
let server: Loopback;
let connection: ReturnType<typeof inClusterConnection>;

beforeAll(async () => {
  certificates = await makeCertificates();
  server = await loopback(() => undefined, { cert: certificates.cert, key: certificates.key });
  mount('token', 'first-token\n');
  mount('ca.crt', certificates.ca);
  connection = inClusterConnection({ server: new URL(server.url), folder, timeoutSeconds: 30 });
});
afterEach(() => mount('ca.crt', certificates.ca));
afterAll(async () => {
  connection.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('the API server as a pod reaches it', () => {
  it('is asked with the token that is mounted now', async () => {
    const seen: IncomingHttpHeaders[] = [];
    server.handler = (received, response) => {
      seen.push(received.headers);
      answer(response, 200, { kind: 'Lease' });
    };
    expect(await connection.json(request)).toEqual({ kind: 'Lease' });
    mount('token', 'second-token');
    await connection.json(request);
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer first-token', 'Bearer second-token']);
    expect(seen[0]).toMatchObject({ 'user-agent': 'wf-deploy-guardian' });
  });

  it('gets method, query, body and content type as they are', async () => {
    let seen: readonly unknown[] = [];
    server.handler = (received, response) => {
      void bodyOf(received).then((body) => {
        seen = [received.method, received.url, received.headers['content-type'], body];
        answer(response, 200, {});
      });
    };
    const write = {
      method: 'PATCH',
      body: '[]',
      contentType: 'application/json-patch+json',
      query: { dryRun: 'All', force: undefined },
    } as const;
    await connection.json({ ...request, ...write });
    expect(seen).toEqual(['PATCH', `${request.path}?dryRun=All`, 'application/json-patch+json', '[]']);
  });

  it('is believed only with a certificate of the authority that is mounted', async () => {
    const { ca } = await makeCertificates();
    mount('ca.crt', ca);
    const stranger = inClusterConnection({ server: new URL(server.url), folder, timeoutSeconds: 30 });
    await expect(stranger.json(request)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    stranger.close();
  });

  it.each([
    [403, 'CLUSTER_FORBIDDEN'],
    [404, 'CLUSTER_NOT_FOUND'],
    [409, 'CLUSTER_CONFLICT'],
  ] as const)('that answers %i fails as %s, and no token is told', async (status, code) => {
    mount('token', 'sesame-open-1234567890');
    server.handler = (_, response) => answer(response, status, { kind: 'Status', message: 'seen sesame-open-1234567890', code: status });
    const failure: unknown = await connection.json(request).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(JSON.stringify([failure, String(failure)])).not.toContain('sesame');
  });

  it('that answers what is no JSON says nothing', async () => {
    server.handler = (_, response) => response.end('<html>');
    await expect(connection.json(request)).rejects.toMatchObject({ code: 'CLUSTER_BROKEN' });
  });

  it('that does not answer is unreachable, with its address', async () => {
    const gone = await loopback(() => undefined, { cert: certificates.cert, key: certificates.key });
    const url = new URL(gone.url);
    await gone.close();
    const nobody = inClusterConnection({ server: url, folder, timeoutSeconds: 30 });
    await expect(nobody.json(request)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE', what: expect.stringContaining(url.host) });
    nobody.close();
  });
});
