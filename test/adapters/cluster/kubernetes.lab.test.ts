import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Connection, kubernetesConnection } from '../../../src/adapters/cluster/connection.ts';
import { loadKubeconfig } from '../../../src/adapters/cluster/kubeconfig.ts';
import { kubernetesCluster } from '../../../src/adapters/cluster/kubernetes.ts';
import { prometheusAtUrl, prometheusInCluster } from '../../../src/adapters/metrics/prometheus.ts';
import { kubernetesPods } from '../../../src/adapters/pods/kubernetes.ts';
import { ociRegistry } from '../../../src/adapters/registry/oci.ts';
import { Deployment, HTTPRoute, Lease, Pod, SelfSubjectAccessReview } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { PodRef } from '../../../src/ports/pods.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { pushSample, sampleObjects, sampleRoute } from '../../lab/sample.ts';
import { contractNamespaces, keepsTheContract } from '../../ports/cluster-contract/index.ts';
import { everythingIn, failureOf } from '../thrown.ts';

let lab: Lab;
let connection: Connection;
let guest: Connection;
let image: string;
const namespace = 'shop';

beforeAll(async () => {
  lab = await startLab({ name: 'adapters' });
  connection = kubernetesConnection({ kubeconfig: loadKubeconfig({ path: lab.kubeconfig }), version: '1' });
  for (const name of [namespace, ...contractNamespaces])
    await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  image = await pushSample(lab, 'v1');
  await lab.client.apply(sampleObjects(namespace, 'v1', image));
  await lab.client.waitForRollout(namespace, 'sample-v1', 180);
  guest = kubernetesConnection({
    kubeconfig: loadKubeconfig({ path: await lab.kubeconfigFor({ namespace, serviceAccount: 'guest' }) }),
    version: '1',
  });
}, 480_000);
afterAll(async () => {
  connection?.close();
  guest?.close();
  await lab?.stop();
});

const cluster = (): ReturnType<typeof kubernetesCluster> => kubernetesCluster(connection);
const configMaps = { apiVersion: 'v1', kind: 'ConfigMap', resource: 'configmaps' };
const configMap = (name: string, data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
const refOf = (name: string): { kind: typeof configMaps; namespace: string; name: string } => ({ kind: configMaps, namespace, name });

describe('against a real API server, which keeps the contract that the cluster of the tests keeps', () => keepsTheContract(cluster));

describe('against a real API server', () => {
  it('reads and writes a route back with every field, known or not', async () => {
    const route = sampleRoute(namespace, 'shop.example', { v1: 100 }) as KubernetesObject;
    const created = await cluster().write({ do: 'create', kind: HTTPRoute, namespace, object: route });
    const ref = { kind: HTTPRoute, namespace, name: 'sample' };
    // The gateway writes the status, which changes the resourceVersion, and may do so again at any moment.
    await lab.client.waitForRoute(namespace, 'sample', 180);
    const { read, replaced } = await lab.client.waitFor('a replacement that nobody came before', async () => {
      const found = (await cluster().get(ref)) as KubernetesObject;
      const { managedFields: _, ...metadata } = found.metadata;
      const object = { ...found, metadata: { ...metadata, annotations: { touched: 'yes' } } };
      return { read: found, replaced: await cluster().write({ do: 'replace', ref, object }) };
    });
    expect(read['spec']).toEqual(created['spec']);
    expect(replaced['spec']).toEqual(read['spec']);
    expect(replaced.metadata.managedFields?.map(({ manager }) => manager)).toContain('wf-deploy');

    expect(await failureOf(cluster().write({ do: 'replace', ref, object: read }))).toMatchObject({
      code: 'CLUSTER_CONFLICT',
      what: expect.stringContaining('the object has been modified'),
    });
  });

  it('does not find what is not there, nor kinds that are not there', async () => {
    expect(await cluster().get(refOf('none'))).toBeUndefined();
    expect(
      await cluster().get({ kind: { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', resource: 'canaries' }, namespace, name: 'x' }),
    ).toBeUndefined();
    expect(
      await cluster().get({ kind: { apiVersion: 'apps/v1', kind: 'Gadget', resource: 'gadgets' }, namespace, name: 'x' }),
    ).toBeUndefined();
    expect(
      await failureOf(cluster().list({ apiVersion: 'flagger.app/v1beta1', kind: 'Canary', resource: 'canaries' }, namespace)),
    ).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });

  it('lists by label and name, in pages, each item with its kind', async () => {
    for (const name of ['page-a', 'page-b', 'page-c'])
      await cluster().write({
        do: 'apply',
        ref: refOf(name),
        object: { ...configMap(name, {}), metadata: { name, namespace, labels: { paged: 'yes' } } },
      });
    const listed = await cluster().list(configMaps, namespace, { labels: 'paged=yes' });
    expect(listed.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 ConfigMap page-a',
      'v1 ConfigMap page-b',
      'v1 ConfigMap page-c',
    ]);
    expect(await cluster().list(configMaps, namespace, { labels: 'paged=yes', limit: 2 })).toHaveLength(2);
    expect(await cluster().list(configMaps, namespace, { name: 'page-b' })).toHaveLength(1);
    expect(await cluster().list(configMaps, 'no-such-namespace')).toEqual([]);
  });

  it('applies, and writes nothing in a dry run', async () => {
    const ref = refOf('applied');
    await cluster().write({ do: 'apply', ref, object: configMap('applied', { a: '1' }), dryRun: true });
    expect(await cluster().get(ref)).toBeUndefined();
    await cluster().write({ do: 'apply', ref, object: configMap('applied', { a: '1', b: '1' }) });
    await cluster().write({ do: 'apply', ref, object: configMap('applied', { a: '2' }) });
    expect((await cluster().get(ref))?.['data']).toEqual({ a: '2' });
    const invalid = { ...configMap('applied', {}), data: { 'not a key': '1' } };
    expect(await failureOf(cluster().write({ do: 'apply', ref, object: invalid }))).toMatchObject({
      code: 'CLUSTER_REFUSED',
      what: expect.stringContaining('not a key'),
    });
  });

  it('creates nothing twice', async () => {
    const write = {
      do: 'create',
      kind: Lease,
      namespace,
      object: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'once' } },
    } as const;
    await cluster().write(write);
    expect(await failureOf(cluster().write(write))).toMatchObject({
      code: 'CLUSTER_CONFLICT',
      what: expect.stringContaining('already exists'),
    });
  });

  it('asks what it may do, and says what it may not', async () => {
    const review = (verb: string): KubernetesObject =>
      ({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        metadata: {},
        spec: { resourceAttributes: { namespace, verb, group: 'apps', resource: 'deployments' } },
      }) as unknown as KubernetesObject;
    const answered = await kubernetesCluster(guest).write({
      do: 'create',
      kind: SelfSubjectAccessReview,
      namespace: undefined,
      object: review('get'),
    });
    expect(answered['status']).toMatchObject({ allowed: false });
    const admin = await cluster().write({ do: 'create', kind: SelfSubjectAccessReview, namespace: undefined, object: review('get') });
    expect(admin['status']).toMatchObject({ allowed: true });
    const failure = await failureOf(kubernetesCluster(guest).get({ kind: Deployment, namespace, name: 'sample-v1' }));
    expect(failure).toMatchObject({ code: 'CLUSTER_FORBIDDEN', what: expect.stringContaining('system:serviceaccount:shop:guest') });
  });

  it('does not accept a token that is not one', async () => {
    const text = readFileSync(await lab.kubeconfigFor({ namespace, serviceAccount: 'guest' }), 'utf8').replace(
      /(token"?:\s*"?)[\w.-]+/,
      '$1not-a-token-at-all',
    );
    const stranger = kubernetesConnection({ kubeconfig: loadKubeconfig({ text }), version: '1' });
    const failure = await failureOf(kubernetesCluster(stranger).get(refOf('x')));
    stranger.close();
    expect(failure.code).toBe('CLUSTER_UNAUTHORISED');
    expect(everythingIn(failure)).not.toContain('not-a-token-at-all');
  });

  it('watches: what is there, what comes, changes and goes', async () => {
    const abort = new AbortController();
    const events: string[] = [];
    await cluster().write({
      do: 'create',
      kind: configMaps,
      namespace,
      object: { ...configMap('watched-1', { n: '0' }), metadata: { name: 'watched-1', labels: { watched: 'yes' } } },
    });
    for await (const { type, object } of cluster().watch(configMaps, namespace, { labels: 'watched=yes' }, abort.signal)) {
      events.push(`${type} ${object.kind} ${object.metadata.name} ${JSON.stringify(object['data'] ?? null)}`);
      if (events.length === 1)
        await cluster().write({ do: 'patch', ref: refOf('watched-1'), operations: [{ op: 'replace', path: '/data/n', value: '1' }] });
      if (events.length === 2) await cluster().write({ do: 'delete', ref: refOf('watched-1') });
      if (events.length === 3) abort.abort();
    }
    expect(events).toEqual([
      'present ConfigMap watched-1 {"n":"0"}',
      'present ConfigMap watched-1 {"n":"1"}',
      'gone ConfigMap watched-1 {"n":"1"}',
    ]);
  });

  it('misses nothing while the API server restarts in the middle of a watch', async () => {
    const own = kubernetesConnection({ kubeconfig: loadKubeconfig({ path: lab.kubeconfig }), version: '1' });
    const watching = kubernetesCluster(own, { watchPauseSeconds: 0.01 });
    const create = (name: string) =>
      cluster().write({
        do: 'create',
        kind: configMaps,
        namespace,
        object: { ...configMap(name, {}), metadata: { name, labels: { over: 'restart' } } },
      });
    await create('kept');
    await create('lost');
    const abort = new AbortController();
    const events: string[] = [];
    for await (const { type, object } of watching.watch(configMaps, namespace, { labels: 'over=restart' }, abort.signal)) {
      events.push(`${type} ${object.metadata.name}`);
      if (events.length === 2) {
        // The watch is cut with the server, and is opened again only when all this is done.
        await lab.restart('kube-apiserver');
        await cluster().write({ do: 'delete', ref: refOf('lost') });
        await create('new');
      }
      if (events.includes('gone lost') && events.includes('present new')) abort.abort();
    }
    own.close();
    expect(new Set(events.slice(0, 2))).toEqual(new Set(['present kept', 'present lost']));
    // A restarted server has forgotten our place; what is still there may then be told again.
    expect(events.slice(2).filter((event) => event !== 'present kept')).toEqual(['gone lost', 'present new']);
  }, 300_000);

  it('is unreachable, not empty, while there is no way to the API server', async () => {
    await lab.cut('api', 'refuse');
    try {
      expect((await failureOf(cluster().get(refOf('x')))).code).toBe('CLUSTER_UNREACHABLE');
    } finally {
      await lab.restore('api');
    }
    await lab.cut('api', 'hang');
    try {
      const hanging = connection.json({ purpose: 'read it', path: '/api/v1', timeoutSeconds: 0.5 });
      expect(await failureOf(hanging)).toMatchObject({
        code: 'CLUSTER_UNREACHABLE',
        what: expect.stringContaining('no answer within 0.5 s'),
      });
    } finally {
      await lab.restore('api');
    }
    expect(await cluster().get(refOf('x'))).toBeUndefined();
  });
});

describe('pods', () => {
  let pod: PodRef;
  beforeAll(async () => {
    const [first] = await cluster().list(Pod, namespace, { labels: 'app=sample' });
    pod = { namespace, name: first!.metadata.name };
  });

  it('give the end of their log', async () => {
    expect(await kubernetesPods(connection).log(pod, 'sample', { lines: 5, previous: false })).toBe(
      (await lab.client.logs(namespace, pod.name)).split('\n').slice(-6).join('\n'),
    );
    expect(await failureOf(kubernetesPods(connection).log(pod, 'sidecar', { lines: 5, previous: false }))).toMatchObject({
      code: 'CLUSTER_REFUSED',
      what: expect.stringContaining('sidecar'),
    });
    expect(await failureOf(kubernetesPods(connection).log(pod, 'sample', { lines: 5, previous: true }))).toMatchObject({
      code: 'CLUSTER_REFUSED',
    });
  });

  it('answer through a forwarded port, many connections at once, long bodies whole', async () => {
    const forward = await kubernetesPods(connection).forward(pod, 8080);
    const bodies = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(forward.url)).headers.get('x-served-by')));
    expect(new Set(bodies)).toEqual(new Set(['v1']));
    expect(await (await fetch(`${forward.url}/metrics`)).text()).toContain('http_requests_total');
    expect(forward.problem()).toBeUndefined();
    await forward.close();
    await expect(fetch(forward.url)).rejects.toThrow('fetch failed');
  });

  it('end a forwarded connection as the pod ends it, with nothing lost', async () => {
    const forward = await kubernetesPods(connection).forward(pod, 8080);
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const response = await fetch(`${forward.url}/metrics`, { headers: { Connection: 'close' } });
        return (await response.text()).endsWith('\n');
      }),
    );
    await forward.close();
    expect(answers).toEqual(Array.from({ length: 10 }, () => true));
    expect(forward.problem()).toBeUndefined();
  });

  it('close a forward while a request is in flight', async () => {
    const forward = await kubernetesPods(connection).forward(pod, 8080);
    const inFlight = new Promise((resolve) => {
      httpRequest(`${forward.url}/?delay=20s`)
        .on('error', resolve)
        .on('socket', (socket) => socket.once('connect', () => setTimeout(() => forward.close(), 300)))
        .end();
    });
    expect(await inFlight).toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['a port where nothing listens', () => kubernetesPods(connection).forward(pod, 9999), /refused/],
    ['a pod that is not there', () => kubernetesPods(connection).forward({ namespace, name: 'none' }, 8080), /404.*"none" not found/],
    ['no permission', () => kubernetesPods(guest).forward(pod, 8080), /403.*cannot (?:get|create) resource "pods\/portforward"/],
  ])('reset the client and keep the reason for it: %s', async (_, forwarding, reason) => {
    const forward = await forwarding();
    const outcome = await fetch(forward.url).catch((error: unknown) => error);
    await forward.close();
    expect(outcome).toMatchObject({ message: 'fetch failed' });
    expect(forward.problem()).toMatch(reason);
  });
});

describe('a real Prometheus', () => {
  const service = { namespace: 'monitoring', service: 'prometheus', port: '9090' };
  it.each([
    ['at its URL', () => prometheusAtUrl({ url: lab.prometheusUrl })],
    ["through the API server's proxy", () => prometheusInCluster(connection, service)],
  ])('answers %s', async (_, metrics) => {
    expect(await metrics().query('vector(1.5)')).toEqual([{ labels: {}, value: 1.5 }]);
    expect(await metrics().query('scalar(vector(2))')).toEqual([{ labels: {}, value: 2 }]);
    expect(await metrics().query('vector(0) / vector(0)')).toEqual([{ labels: {}, value: Number.NaN }]);
    expect(await metrics().query('vector(-1) / vector(0)')).toEqual([{ labels: {}, value: Number.NEGATIVE_INFINITY }]);
    expect(await metrics().query('no_such_metric')).toEqual([]);
    expect(await metrics().query(`vector(1) or ${Array.from({ length: 300 }, (__, n) => `metric_${n}`).join(' or ')}`)).toEqual([
      { labels: {}, value: 1 },
    ]);
    expect(await failureOf(metrics().query('rate('))).toMatchObject({
      code: 'METRICS_UNREACHABLE',
      what: expect.stringContaining('bad_data'),
    });
    expect(await failureOf(metrics().query('vector(1)[5m:1m]'))).toMatchObject({
      code: 'METRICS_UNREACHABLE',
      what: expect.stringContaining('type matrix'),
    });
  });

  it('is unreachable without permission, and where there is no such service', async () => {
    expect(await failureOf(prometheusInCluster(guest, service).query('up'))).toMatchObject({
      code: 'METRICS_UNREACHABLE',
      what: expect.stringContaining('cannot get resource "services/proxy"'),
    });
    expect(await failureOf(prometheusInCluster(connection, { ...service, service: 'none' }).query('up'))).toMatchObject({
      code: 'METRICS_UNREACHABLE',
    });
  });
});

describe('a real registry', () => {
  it('says what it holds and what it does not', async () => {
    const [name = '', tag = ''] = image.split(/:(?=[^:]*$)/);
    const found = await ociRegistry().resolve({ name, tag });
    expect(found).toEqual({ is: 'found', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    const { digest } = found as { digest: string };
    expect(await ociRegistry().resolve({ name, digest })).toEqual(found);
    expect(await ociRegistry().resolve({ name, tag: 'v999' })).toEqual({ is: 'missing' });
    expect(await ociRegistry().resolve({ name, digest: `sha256:${'0'.repeat(64)}` })).toEqual({ is: 'missing' });
    expect(await ociRegistry().resolve({ name: `${lab.registry}/no/such/name`, tag: 'v1' })).toEqual({ is: 'missing' });
  });

  it('is not taken for empty while it cannot be reached', async () => {
    await lab.cut('registry', 'refuse');
    try {
      expect(await ociRegistry().resolve({ name: `${lab.registry}/sample`, tag: 'v1' })).toEqual({
        is: 'not-checked',
        reason: expect.stringContaining(lab.registry),
      });
    } finally {
      await lab.restore('registry');
    }
  });
});
