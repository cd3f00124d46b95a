import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { ApiFailure } from './api-objects.ts';
import { auditEntries } from './audit.ts';
import { LabClient } from './client.ts';
import { ask } from './http.ts';
import { type Lab, startLab } from './lab.ts';
import { startLoad } from './load.ts';
import { pushSample, sampleObjects, sampleRoute } from './sample.ts';

const host = 'sample.test';
let lab: Lab;

async function tally(count: number, headers: Record<string, string> = {}): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  for (let number = 0; number < count; number += 1) {
    const { status, body } = await ask(lab.gatewayUrl, { headers: { host, ...headers } });
    const key = status === 200 ? body.trim() : String(status);
    answers[key] = (answers[key] ?? 0) + 1;
  }
  return answers;
}

const areBoth = (versions: readonly string[]): boolean => versions.length === 2 && versions.includes('v1') && versions.includes('v2');

async function query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  const answer = await fetch(`${lab.prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}`);
  return ((await answer.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }).data.result;
}

beforeAll(async () => {
  lab = await startLab({ name: 'cluster-test' });
  await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  for (const version of ['v1', 'v2']) await lab.client.apply(sampleObjects('demo', version, await pushSample(lab, version), 2));
  await Promise.all(['v1', 'v2'].map((version) => lab.client.waitForRollout('demo', `sample-${version}`)));
  await lab.client.apply(sampleRoute('demo', host, { v1: 75, v2: 25 }, 'v2'));
  await lab.client.waitForRoute('demo', 'sample');
  // The gateway may hear of the route before it hears of the pods behind it.
  await lab.client.waitFor('answers of both', async () => areBoth(Object.keys(await tally(8))));
}, 600_000);

afterAll(async () => {
  await lab.stop();
}, 120_000);

describe('the gateway', () => {
  test('splits a route by its weights', async () => {
    const { v1 = 0, v2 = 0 } = await tally(200);
    expect(v1 + v2).toBe(200);
    expect(v2).toBeGreaterThanOrEqual(45);
    expect(v2).toBeLessThanOrEqual(55);
  });

  test('sends a request with the header to that version alone', async () => {
    expect(await tally(40, { 'x-version': 'v2' })).toEqual({ v2: 40 });
  });

  test('says so when it has taken a route that it cannot serve', async () => {
    const route = sampleRoute('demo', 'broken.test', { v9: 1 }) as { metadata: { name: string } };
    await lab.client.apply({ ...route, metadata: { ...route.metadata, name: 'broken' } });
    const unresolved = await lab.client.waitFor('the refusal', async () => {
      const { status } = await lab.client.get({
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        namespace: 'demo',
        name: 'broken',
      });
      const conditions = status?.parents?.[0]?.conditions as { type: string; status: string; reason: string }[] | undefined;
      return conditions?.find(({ type, status: holds }) => type === 'ResolvedRefs' && holds === 'False');
    });
    expect(unresolved.reason).toBe('BackendNotFound');
  });
});

describe('a load while pods are replaced', () => {
  test('has no failed request, on kept and new connections and with slow requests under way', async () => {
    const load = startLoad([
      { url: lab.gatewayUrl, rate: 100, connections: 10, headers: { host } },
      { url: lab.gatewayUrl, rate: 20, connections: 10, headers: { host }, reconnect: true },
      { url: `${lab.gatewayUrl}/?delay=2s`, rate: 5, connections: 10, headers: { host } },
    ]);
    await sleep(2000);
    const change = { spec: { template: { metadata: { annotations: { 'restarted-at': 'now' } } } } };
    await lab.client.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'demo', name: 'sample-v1' }, change);
    await lab.client.waitForRollout('demo', 'sample-v1');
    const pods = () => lab.client.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'demo' }, 'version=v1');
    await lab.client.waitFor('the end of the old pods', async () => (await pods()).length === 2);
    await sleep(2000);
    const result = await load.stop();
    expect(result).toMatchObject({ failed: 0, non2xx: 0 });
    expect(result.requests).toBeGreaterThan(500);
    expect(new Set(Object.keys(result.byVersion))).toEqual(new Set(['v1', 'v2']));
  }, 300_000);
});

describe('Prometheus', () => {
  test('scrapes annotated pods with their labels', async () => {
    const up = await lab.client.waitFor('all targets', async () => {
      const targets = await query('up{app="sample"} == 1');
      return targets.length >= 4 && targets;
    });
    expect(up[0]?.metric).toMatchObject({
      namespace: 'demo',
      pod: expect.stringMatching(/^sample-v\d-/),
      version: expect.stringMatching(/^v\d$/),
    });
    // A pod that was scraped before anybody had asked it anything has counted nothing yet.
    await lab.client.waitFor('counts of both versions', async () => {
      const answered = await query('sum by (version) (http_requests_total{status="200"})');
      return areBoth(answered.map(({ metric }) => metric['version'] ?? ''));
    });
  });

  test('is reached through the Service proxy of the API server', async () => {
    const proxied = '/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?query=vector(7)';
    expect(JSON.parse(await lab.client.objects.request('GET', proxied))).toMatchObject({
      data: { result: [{ value: [expect.anything(), '7'] }] },
    });
  });
});

describe('the API server', () => {
  test('streams logs and forwards ports of pods', async () => {
    const [pod] = await lab.client.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'demo' }, 'version=v2');
    const name = pod?.metadata?.name ?? '';
    expect(await lab.client.logs('demo', name)).toContain('sample v2 listens on :8080');

    const config = new KubeConfig();
    config.loadFromFile(lab.kubeconfig);
    const input = new PassThrough();
    const output = new PassThrough();
    const forwarded = await new PortForward(config).portForward('demo', name, [8080], output, null, input);
    input.write('GET / HTTP/1.0\r\n\r\n');
    const [answer] = (await once(output, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.0 200 OK\r\n(.+\r\n)*X-Served-By: v2\r\n/);
    const socket = typeof forwarded === 'function' ? forwarded() : forwarded;
    socket?.close();
  });

  test('keeps an audit log with the bodies of changes', async () => {
    const since = new Date();
    await lab.client.apply(sampleRoute('demo', host, { v1: 60, v2: 40 }, 'v2'), 'audited');
    const [entry, ...more] = await lab.client.waitFor('the entry', async () => {
      const entries = await auditEntries(lab, { since, user: 'admin', verbs: ['patch'], resources: ['httproutes'] });
      return entries.length > 0 && entries;
    });
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ verb: 'patch', namespace: 'demo', name: 'sample', code: 200 });
    expect(JSON.stringify(entry?.requestObject)).toContain('"weight":40');
  });

  test('gives a service account the rights that RBAC gives it, and no more', async () => {
    const limited = new LabClient(await lab.kubeconfigFor({ namespace: 'demo', serviceAccount: 'reader' }));
    await lab.client.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { namespace: 'demo', name: 'reader' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { namespace: 'demo', name: 'reader' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'demo' }],
      },
    ]);
    // The API server keeps what it was told, and a moment later goes by it.
    const pods = await lab.client.waitFor('the rights', () => limited.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'demo' }));
    expect(pods.length).toBeGreaterThan(0);
    const refused = await limited.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'demo' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiFailure);
    expect((refused as ApiFailure).status).toBe(403);
  });
});

describe('faults', () => {
  test('a forward is cut, hangs and is restored', async () => {
    const answer = (milliseconds = 60_000) => ask(`${lab.prometheusUrl}/-/ready`, { milliseconds });
    await lab.cut('prometheus');
    await expect(answer()).rejects.toThrow(/ECONNRESET|hang up/);
    await lab.cut('prometheus', 'hang');
    await expect(answer(1000)).rejects.toThrow('was not answered within 1000 ms');
    await lab.restore('prometheus');
    expect((await answer()).status).toBe(200);
  });

  test('parts are killed, started, paused and resumed, and the rest lives on', async () => {
    await lab.kill('prometheus');
    await expect(fetch(`${lab.prometheusUrl}/-/ready`)).rejects.toThrow('fetch failed');
    expect((await lab.status()).parts.find(({ part }) => part === 'prometheus')?.state).toBe('stopped');
    await lab.start('prometheus');

    await lab.pause('prometheus');
    await expect(ask(`${lab.prometheusUrl}/-/ready`, { milliseconds: 500 })).rejects.toThrow('was not answered');
    await lab.resume('prometheus');
    expect((await ask(`${lab.prometheusUrl}/-/ready`, { milliseconds: 60_000 })).status).toBe(200);

    await lab.kill('kube-apiserver');
    await lab.start('kube-apiserver');
    await lab.restart('etcd');
    await lab.client.waitFor('the API server', () => lab.client.get({ apiVersion: 'v1', kind: 'Node', name: 'lab' }));
    await sleep(3000);
    expect((await lab.status()).parts.filter(({ state }) => state !== 'running')).toEqual([]);
    await expect(lab.kill('no-such-part')).rejects.toThrow('Known parts: ');
  }, 400_000);
});
