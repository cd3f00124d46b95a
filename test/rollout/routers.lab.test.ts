import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { istio } from '../../src/domain/traffic/istio.ts';
import { nginxIngress } from '../../src/domain/traffic/nginx-ingress.ts';
import type { Router, Sides } from '../../src/domain/traffic/router.ts';
import { startAction } from '../actions/runner.ts';
import * as ingresses from '../domain/traffic/ingress/fixtures.ts';
import * as virtualServices from '../domain/traffic/virtual-service/fixtures.ts';
import type { ApiObject } from '../lab/api-objects.ts';
import { auditEntries } from '../lab/audit.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type ArmsDouble, type ProxyMetrics, startArmsDouble } from './arms-double.ts';
import { deployExample, type ExampleService } from './example-service.ts';

// No mesh and no NGINX controller runs in the lab. What is real here is the API server, with Istio's own schemas, and the pods; that
// traffic follows a weight is not shown: the metrics come from a double that counts as if it did.

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ name: 'routers' });
  for (const name of ['shop', 'production', 'ai-workflow-prod'])
    await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}, 120_000);
afterAll(async () => await lab?.stop());

/** As an object that is new: what only a stored one has is left out. */
function unstored({ metadata, status: _, ...rest }: KubernetesObject): ApiObject {
  const { resourceVersion: _version, generation: _generation, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

async function dryRun(object: KubernetesObject, validation: 'Strict' | 'Warn'): Promise<ApiObject> {
  const { apiVersion, kind, metadata } = object;
  const path = await lab.client.objects.path({
    apiVersion,
    kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  });
  return await lab.client.objects.send('POST', `${path}?dryRun=All&fieldValidation=${validation}`, unstored(object));
}

/** A server-side dry run of an apply, as `kubectl apply --server-side --dry-run=server` does it. */
async function dryApply(object: KubernetesObject): Promise<ApiObject> {
  const { apiVersion, kind, metadata } = object;
  const path = await lab.client.objects.path({
    apiVersion,
    kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  });
  return await lab.client.objects.send(
    'PATCH',
    `${path}?dryRun=All&fieldManager=test&force=true&fieldValidation=Strict`,
    object,
    'application/apply-patch+yaml',
  );
}

const remedies = (found: readonly { readonly yaml?: string }[]): readonly KubernetesObject[] =>
  found.flatMap(({ yaml }) => (yaml === undefined ? [] : [parse(yaml) as KubernetesObject])).filter((written) => !Array.isArray(written));

describe('the schemas of the API server', () => {
  it.each(virtualServices.fixtureNames)('take VirtualService %s at every weight', async (name) => {
    const [route, app] = [virtualServices.readRoute(name), virtualServices.appOf(name)];
    for (const percent of [0, 5, 33, 100]) {
      const [written] = istio.withWeight([route], app, percent);
      const stored = await dryRun(written!, name === 'unknown-fields' ? 'Warn' : 'Strict');
      if (name !== 'unknown-fields') expect(stored['spec']).toEqual(written!['spec']);
    }
  });

  it.each(ingresses.pairNames)('take Ingress %s at every weight', async (name) => {
    for (const percent of [0, 5, 33, 100]) {
      const [written] = nginxIngress.withWeight([ingresses.readCanary(name)], ingresses.appOf(name), percent);
      const stored = await dryRun(written!, name === 'unknown-annotations-and-fields' ? 'Warn' : 'Strict');
      expect(stored.metadata?.annotations).toEqual(written!.metadata.annotations);
    }
  });

  it('take every object that a remedy proposes', async () => {
    const proposed = [
      ...virtualServices.fixtureNames.map((name) => virtualServices.inspectFixture(name)),
      ...ingresses.fixtureNames.map((name) => ingresses.inspectFixture(name)),
    ]
      .flatMap(({ problems, warnings }) => remedies([...problems, ...warnings]))
      .filter(({ metadata }) => metadata.annotations?.['example.com/owner'] === undefined);
    expect(new Set(proposed.map(({ kind }) => kind))).toEqual(new Set(['VirtualService', 'DestinationRule', 'Ingress', 'Namespace']));
    for (const object of proposed) await dryApply(object);
  });
});

const virtualService = (namespace: string): ApiObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'agent-vs', namespace },
  spec: {
    hosts: ['agent'],
    http: [
      { match: [{ headers: { 'x-canary': { exact: 'true' } } }], route: [{ destination: { host: 'agent-canary' } }] },
      {
        route: [
          { destination: { host: 'agent' }, weight: 95 },
          { destination: { host: 'agent-canary' }, weight: 5 },
        ],
        retries: { attempts: 2, perTryTimeout: '1s' },
      },
    ],
  },
});

const ingress = (namespace: string, name: string, service: string, annotations: Record<string, string>): ApiObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace, annotations },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      {
        host: `${namespace}.example.test`,
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }] },
      },
    ],
  },
});

interface Case {
  readonly name: string;
  readonly router: Router;
  readonly namespace: string;
  readonly resource: string;
  readonly metrics: ProxyMetrics;
  readonly objects: (namespace: string) => readonly ApiObject[];
  readonly query: RegExp;
  readonly subsets?: Sides;
  /** Changes to the example service's own objects. */
  readonly change?: (object: Record<string, unknown>) => void;
}

const istioMetrics: ProxyMetrics = {
  armOf: (promql) => (promql.includes('destination_workload="agent-canary"') ? 'canary' : 'stable'),
  podLabel: 'pod',
  podOf: (arm) => `agent-${arm}-0`,
  statusLabel: 'response_code',
  edges: ['100', '1000', '5000'],
};

const nginx = 'nginx.ingress.kubernetes.io';
const cases: readonly Case[] = [
  {
    name: 'istio by two hosts',
    router: istio,
    namespace: 'mesh',
    resource: 'virtualservices',
    metrics: istioMetrics,
    objects: (namespace) => [virtualService(namespace)],
    query:
      /^sum by \(pod, response_code\) \(istio_requests_total\{reporter="destination",destination_workload_namespace="mesh",destination_workload="agent-canary"\}\)$/,
  },
  {
    name: 'istio by subsets of one host',
    router: istio,
    namespace: 'subsets',
    resource: 'virtualservices',
    metrics: istioMetrics,
    subsets: { stable: 'v1', canary: 'v2' },
    // Both sides stand behind one Service, and the canary has none of its own.
    change: (object) => {
      const { name } = object['metadata'] as { name: string };
      if (object['kind'] === 'Service' && name === 'agent') (object['spec'] as Record<string, unknown>)['selector'] = { app: 'agent' };
    },
    objects: (namespace) => [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'agent', namespace },
        spec: {
          host: 'agent',
          subsets: [
            { name: 'v1', labels: { version: 'stable' } },
            { name: 'v2', labels: { version: 'next' } },
          ],
        },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'agent-vs', namespace },
        spec: {
          hosts: ['agent'],
          http: [
            {
              route: [
                { destination: { host: 'agent', subset: 'v1' }, weight: 100 },
                { destination: { host: 'agent', subset: 'v2' }, weight: 0 },
              ],
            },
          ],
        },
      },
    ],
    query: /destination_workload_namespace="subsets",destination_workload="agent-canary"/,
  },
  {
    name: 'nginx-ingress',
    router: nginxIngress,
    namespace: 'edge',
    resource: 'ingresses',
    metrics: {
      armOf: (promql) => (promql.includes('canary=""') ? 'stable' : 'canary'),
      podLabel: 'controller_pod',
      podOf: () => 'ingress-nginx-controller-0',
      statusLabel: 'status',
      edges: ['0.1', '1', '5'],
    },
    objects: (namespace) => [
      ingress(namespace, 'agent', 'agent', {}),
      ingress(namespace, 'agent-canary', 'agent-canary', {
        [`${nginx}/canary`]: 'true',
        [`${nginx}/canary-weight`]: '0',
        [`${nginx}/canary-weight-total`]: '1000',
        [`${nginx}/canary-by-header`]: 'X-Canary',
      }),
    ],
    query:
      /^sum by \(controller_pod, status\) \(nginx_ingress_controller_requests\{namespace="edge",ingress="agent",canary=~"edge-agent-canary-\.\+"\}\)$/,
  },
];

describe.each(cases)(
  'a whole canary with $name, on metrics that stand in for a data plane',
  ({ router, namespace, resource, metrics, objects, query, subsets, change }) => {
    let app: ExampleService;
    let double: ArmsDouble;
    let following: NodeJS.Timeout;
    const of = {
      service: 'agent',
      namespace,
      route: router.defaultRoute('agent'),
      canaryService: 'agent-canary',
      ...(subsets === undefined ? {} : { subsets }),
    };
    const [ref] = router.objects(of);
    const read = async (): Promise<KubernetesObject> =>
      (await lab.client.get({ apiVersion: ref!.kind.apiVersion, kind: ref!.kind.kind, namespace, name: ref!.name })) as KubernetesObject;
    const run = async (image: string) => {
      const since = new Date();
      const { 'prometheus-url': _, ...inputs } = app.inputs;
      const result = await startAction({
        action: 'canary',
        inputs: {
          ...inputs,
          image,
          router: router.name,
          ...(subsets === undefined ? {} : { 'stable-subset': subsets.stable, 'canary-subset': subsets.canary }),
          metrics: router.name,
          'prometheus-url': double.url,
          guardian: 'false',
          stages: '10@3s 50@3s 100@3s',
          interval: '1s',
          'min-requests': '20',
          drain: '1s',
          'rollout-timeout': '60s',
        },
      }).result;
      const entries = await auditEntries(lab, { since, verbs: ['update', 'patch'], resources: [resource], userAgent: /^wf-deploy\// });
      const written = entries
        .filter((entry) => entry.namespace === namespace && entry.code < 300)
        .map(({ requestObject }) => requestObject as KubernetesObject);
      return { result, written, weights: written.map((object) => router.weight([object], of)) };
    };
    /** The weights that differ from the one before: writes that change only the epoch are left out. */
    const changes = (weights: readonly number[]): readonly number[] => weights.filter((weight, index) => weight !== weights[index - 1]);

    beforeAll(async () => {
      app = await deployExample(lab, namespace, { replicas: 2, ...(change === undefined ? {} : { change }) });
      await lab.client.patch(
        { apiVersion: 'v1', kind: 'Namespace', name: namespace },
        { metadata: { labels: { 'istio-injection': 'enabled' } } },
      );
      await lab.client.apply(objects(namespace));
      double = await startArmsDouble(metrics);
      following = setInterval(() => {
        void read().then((object) => {
          double.weight = router.weight([object], of);
        });
      }, 200);
    }, 120_000);
    afterAll(async () => {
      clearInterval(following);
      await double.stop();
    });

    it('promotes a good version: the weights are written in order, and nothing else of the route', async () => {
      const before = await read();
      const { result, written, weights } = await run(await app.version('v2'));
      expect(result.log).toContain('promoted');
      expect(result.outputs['outcome']).toBe('promoted');
      expect(changes(weights)).toEqual([0, 10, 50, 100, 50, 0]);
      const rest = (object: KubernetesObject) => {
        const [zero] = router.withWeight([object], of, 0);
        const { 'wf-deploy.io/epoch': _, ...annotations } = zero!.metadata.annotations ?? {};
        return { spec: zero!['spec'], annotations };
      };
      for (const object of written) expect(rest(object)).toEqual(rest(before));
      expect([...double.asked].some((promql) => query.test(promql))).toBe(true);
    }, 120_000);

    it('takes a bad version back to weight 0', async () => {
      double.errors = 0.3;
      const { result, weights } = await run(await app.version('v3'));
      expect(result.outputs['outcome']).toBe('rolled-back');
      expect(result.outputs['reason']).toMatch(/error/);
      expect(changes(weights)).toEqual([0, 10, 0]);
      expect(router.weight([await read()], of)).toBe(0);
    }, 120_000);
  },
);
