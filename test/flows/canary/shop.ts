import { Deployment, HTTPRoute, Pod, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { type DeploymentSpec, deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { parseCanaryInputs } from '../../../src/flows/canary/inputs.ts';
import { type CanaryPlan, planRollout } from '../../../src/flows/canary/plan.ts';
import type { Series } from '../../../src/ports/metrics.ts';
import { service } from '../../domain/rollout/deployments.ts';
import { app, readRoute } from '../../domain/traffic/httproute/fixtures.ts';
import { putNeighbours } from '../neighbours.ts';
import { least, rawInputs } from '../raw-inputs.ts';
import { type Settings, type Stage, stage } from '../stand-ins.ts';
import { deployment, podOf } from '../workloads.ts';

export const digest = (letter: string): string => `registry.example.com/agent@sha256:${letter.repeat(64)}`;
export const oldImage = digest('1');
export const newImage = digest('2');

/** How a version behaves, by its image. Shares of its requests; `never`: its pods do not become ready. */
export type Behaviours = Readonly<Record<string, { readonly errors?: number; readonly slow?: number; readonly never?: object }>>;

export interface Shop extends Stage {
  /** The canary's weight as the route says. */
  weight(): number;
  /** Every weight that was written, in order. */
  readonly weights: number[];
  image(name: string): string | undefined;
  replicas(name: string): number | undefined;
}

/**
 * A service with four pods of an old version behind a route, in a cluster whose gateway and Deployment controller do at once what
 * they are asked, and a metric store that counts what the pods would.
 */
export function shop(behaviours: Behaviours = {}, settings: Settings = {}): Shop {
  const on = stage({
    resolve: (image) =>
      Promise.resolve(
        image.digest === undefined ? { is: 'found', digest: `sha256:${'2'.repeat(64)}` } : { is: 'found', digest: image.digest },
      ),
    ...settings,
    query: settings.query ?? ((promql) => Promise.resolve(series(promql))),
  });
  const { cluster, clock } = on;
  const weights: number[] = [];
  const weight = (): number => gatewayApi.weight([cluster.find(HTTPRoute, 'agent') ?? readRoute('one-rule')], app);
  const counts = new Map<string, { requests: number; errors: number; slow: number }>();
  let counted = clock.monotonic();

  /** Counts what the pods have served since it was last asked: 100 requests a second, split by the route. */
  function count(): void {
    const seconds = clock.monotonic() - counted;
    counted = clock.monotonic();
    for (const [name, share] of [
      ['agent', 100 - weight()],
      ['agent-canary', weight()],
    ] as const) {
      const pods = podsOf(name);
      for (const pod of pods) {
        const before = counts.get(pod.metadata.name) ?? { requests: 0, errors: 0, slow: 0 };
        const requests = (seconds * share) / pods.length;
        const { errors = 0, slow = 0 } = behaviours[imageOf(pod)] ?? {};
        counts.set(pod.metadata.name, {
          requests: before.requests + requests,
          errors: before.errors + requests * errors,
          slow: before.slow + requests * slow,
        });
      }
    }
  }

  const podsOf = (name: string): readonly KubernetesObject[] =>
    cluster.objectsOf(Pod).filter((pod) => pod.metadata.labels?.['owner'] === name);

  function series(promql: string): readonly Series[] {
    count();
    const pattern = new RegExp(`^(?:${/pod=~"([^"]+)"/.exec(promql)?.[1]?.replaceAll('\\\\', '\\') ?? '-'})$`);
    return [...counts].flatMap(([pod, { requests, errors, slow }]): readonly Series[] => {
      if (!pattern.test(pod)) return [];
      if (promql.includes('_bucket')) {
        return [
          { labels: { pod, le: '0.5' }, value: requests - slow },
          { labels: { pod, le: '2' }, value: requests - slow },
          { labels: { pod, le: '4' }, value: requests },
          { labels: { pod, le: '+Inf' }, value: requests },
        ];
      }
      return [
        { labels: { pod, status: '200' }, value: requests - errors },
        { labels: { pod, status: '500' }, value: errors },
      ];
    });
  }

  function control(object: KubernetesObject): void {
    count();
    const { name } = object.metadata;
    const { replicas = 1, template } = deploymentSpec(object);
    const image = template?.spec?.containers?.[0]?.image ?? '';
    const state = behaviours[image]?.never ?? 'ready';
    for (const pod of podsOf(name)) cluster.remove(Pod, pod.metadata.name);
    const hash = image.slice(-1);
    const labels = { ...template?.metadata?.labels, owner: name, 'pod-template-hash': hash };
    for (let index = 1; index <= replicas; index += 1) cluster.put(Pod, podOf(`${name}-${hash}-${index}`, image, state, labels));
    const ready = state === 'ready' ? replicas : 0;
    cluster.put(Deployment, {
      ...object,
      status: {
        observedGeneration: object.metadata.generation,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: ready,
        availableReplicas: ready,
      },
    });
    putNeighbours(cluster);
  }

  cluster.reacting = (object) => {
    if (object.kind === 'Deployment') control(object);
    if (object.kind === 'HTTPRoute') {
      count();
      accept(object);
      weights.push(weight());
    }
  };
  const accept = (route: KubernetesObject): void => {
    const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({
      type,
      status: 'True',
      observedGeneration: route.metadata.generation,
    }));
    cluster.put(HTTPRoute, { ...route, status: { parents: [{ parentRef: { name: 'edge', namespace: 'infra' }, conditions }] } });
  };
  cluster.put(Service, service('agent', { app: 'agent' }));
  cluster.put(Service, service('agent-canary', { app: 'agent-canary' }));
  accept(cluster.put(HTTPRoute, readRoute('one-rule')));
  control(cluster.put(Deployment, deployment('agent', oldImage, 4, 4, { labels: { app: 'agent' } })));
  return {
    ...on,
    weight,
    weights,
    image: (name) => imageOfTemplate(cluster.find(Deployment, name)),
    replicas: (name) => (cluster.find(Deployment, name)?.['spec'] as DeploymentSpec | undefined)?.replicas,
  };
}

const imageOf = (pod: KubernetesObject): string =>
  (pod['spec'] as { readonly containers: readonly [{ readonly image: string }] }).containers[0].image;
const imageOfTemplate = (object: KubernetesObject | undefined): string | undefined =>
  object === undefined ? undefined : deploymentSpec(object).template?.spec?.containers?.[0]?.image;

/** The plan of these inputs, on a short ladder and without a guardian where none is given. */
export const planOf = (inputs: Readonly<Record<string, string>> = {}): CanaryPlan =>
  planRollout(
    parseCanaryInputs(rawInputs({ ...least, image: newImage, stages: '25@1m 100@1m', drain: '10s', guardian: 'false', ...inputs })).wishes,
  );
