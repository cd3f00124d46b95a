import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { istio } from '../../src/domain/traffic/istio.ts';
import { nginxIngress } from '../../src/domain/traffic/nginx-ingress.ts';
import { startAction } from '../actions/runner.ts';
import * as ingresses from '../domain/traffic/ingress/fixtures.ts';
import * as virtualServices from '../domain/traffic/virtual-service/fixtures.ts';
import type { ApiObject } from '../lab/api-objects.ts';
import { auditEntries } from '../lab/audit.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type ArmsDouble, followWeight, startArmsDouble } from './arms-double.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import { routerCases } from './router-cases.ts';

// No mesh and no NGINX controller runs in the lab. What is real here is the API server, with Istio's own schemas, and the pods; that
// traffic follows a weight is not shown: the metrics come from a double that counts as if it did.

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ name: 'routers' });
  for (const name of ['shop', 'production', 'ai-workflow-prod'])
    await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}, 480_000);
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

describe.each(routerCases)(
  'a whole canary with $name, on metrics that stand in for a data plane',
  ({ router, namespace, resource, metrics, objects, query, subsets, change }) => {
    let app: ExampleService;
    let double: ArmsDouble;
    let following: ReturnType<typeof followWeight>;
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
          'rollout-timeout': '180s',
          // The double follows the weight by asking the API server.
          'no-data-timeout': '120s',
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
      following = followWeight(double, async () => router.weight([await read()], of));
    }, 480_000);
    afterAll(async () => {
      await following.stop();
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
    }, 480_000);

    it('takes a bad version back to weight 0', async () => {
      double.errors = 0.3;
      const { result, weights } = await run(await app.version('v3'));
      expect(result.outputs['outcome']).toBe('rolled-back');
      expect(result.outputs['reason']).toMatch(/error/);
      expect(changes(weights)).toEqual([0, 10, 0]);
      expect(router.weight([await read()], of)).toBe(0);
    }, 480_000);
  },
);
