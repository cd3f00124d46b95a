import { Deployment, Ingress, Node, Pod, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { placesOf } from '../../../src/domain/traffic/ingress/shape.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { parseBlueGreenInputs } from '../../../src/flows/blue-green/inputs.ts';
import type { BlueGreenWish } from '../../../src/flows/blue-green/plan.ts';
import type { BlueGreenResult } from '../../../src/flows/blue-green/result.ts';
import type { Series } from '../../../src/ports/metrics.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import { putNeighbours } from '../neighbours.ts';
import { rawInputs } from '../raw-inputs.ts';
import { podOf } from '../stage/shop.ts';
import { type Settings, type Stage, stage } from '../stand-ins.ts';

export const older = `agent@sha256:${'0'.repeat(64)}`;
export const old = `agent@sha256:${'1'.repeat(64)}`;
export const next = `agent@sha256:${'2'.repeat(64)}`;
/** Its pods crash. */
export const sick = `agent@sha256:${'3'.repeat(64)}`;

export const wish = (inputs: Readonly<Record<string, string>> = {}): BlueGreenWish =>
  parseBlueGreenInputs(rawInputs({ service: 'agent', image: next, ...inputs })).plan;
export const backWish = (inputs: Readonly<Record<string, string>> = {}): BlueGreenWish =>
  parseBlueGreenInputs(rawInputs({ service: 'agent', operation: 'rollback', ...inputs })).plan;

export const run = (on: Stage, plan: BlueGreenWish = wish(), world = on.world): Promise<BlueGreenResult> =>
  on.clock.until(executeBlueGreen(plan, world));

export const node = (name: string, cpu: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { allocatable: { cpu, memory: '8Gi', pods: '20' }, conditions: [{ type: 'Ready', status: 'True' }] },
});

/** A service on blue with two pods, green at 0, a Service each, an Ingress; and a controller that makes pods at once. Every pod answers 200. */
export function pair(settings: Settings = {}, shared?: Pick<Stage, 'clock' | 'cluster'>): Stage {
  const on = stage({ probe: () => ({ is: 'answer', status: 200, body: '' }), ...settings }, shared);
  if (shared !== undefined) return on;
  const { cluster } = on;
  cluster.put(Node, node('machine-1', '4'));
  cluster.reacting = (object) => {
    if (object.kind === 'Deployment') control(on, object);
  };
  for (const [colour, replicas, image] of [
    ['blue', 2, old],
    ['green', 0, older],
  ] as const) {
    const labels = { app: 'agent', version: colour };
    cluster.put(Service, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `agent-${colour}`, namespace: 'shop' },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    });
    control(
      on,
      cluster.put(Deployment, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `agent-${colour}`, namespace: 'shop', uid: `${colour}-uid` },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'api', image, ports: [{ containerPort: 8080 }] }] } },
        },
      }),
    );
  }
  cluster.put(Ingress, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'agent',
      namespace: 'shop',
      annotations: { 'nginx.ingress.kubernetes.io/upstream-vhost': 'agent-blue.shop.svc.cluster.local' },
    },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'api.example.com',
          http: {
            paths: [
              { path: '/api/agents', pathType: 'Prefix', backend: { service: { name: 'agent-blue', port: { number: 80 } } } },
              { path: '/docs', pathType: 'Prefix', backend: { service: { name: 'docs', port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  });
  putNeighbours(cluster);
  return on;
}

/** What the Deployment controller and the kubelet do. */
function control({ cluster }: Stage, deployment: KubernetesObject): void {
  const { name } = deployment.metadata;
  const { replicas = 1, selector } = deploymentSpec(deployment);
  const ill = Object.values(imagesOf(templateOf(deployment))).includes(sick);
  const hash = `h${Object.values(imagesOf(templateOf(deployment)))[0]?.slice(-1)}`;
  for (const pod of cluster.objectsOf(Pod)) if (pod.metadata.name.startsWith(`${name}-`)) cluster.remove(Pod, pod.metadata.name);
  for (let index = 0; index < replicas; index += 1)
    cluster.put(Pod, podOf(`${name}-${hash}-${index}`, { ...selector?.matchLabels, 'pod-template-hash': hash }, deployment, ill));
  const ready = ill ? 0 : replicas;
  const { generation = 0 } = deployment.metadata;
  cluster.put(Deployment, {
    ...deployment,
    status: { observedGeneration: generation, replicas, updatedReplicas: replicas, readyReplicas: ready, availableReplicas: ready },
  });
}

const usersIn = (cluster: Stage['cluster']): string =>
  placesOf(cluster.find(Ingress, 'agent') as KubernetesObject)[0]?.backend?.service?.name ?? '';

/** Who has the users, and what each colour is: `agent-blue; blue 2 × old, green 0 × older`. */
export function standing({ cluster }: Pick<Stage, 'cluster'>): string {
  const names: Readonly<Record<string, string>> = { [older]: 'older', [old]: 'old', [next]: 'next', [sick]: 'sick' };
  const of = (colour: string): string => {
    const deployment = cluster.find(Deployment, `agent-${colour}`);
    if (deployment === undefined) return `${colour} gone`;
    const image = imagesOf(templateOf(deployment))['api'] ?? '';
    return `${colour} ${deploymentSpec(deployment).replicas} × ${names[image] ?? image}`;
  };
  return `${usersIn(cluster)}; ${of('blue')}, ${of('green')}`;
}

/** A metric store that counts ten requests a second for each pod of who has the users; `errors` is the share of green's that fail. */
export function counting(on: Pick<Stage, 'cluster' | 'clock'>, errors: number): World['metrics']['query'] {
  const counts = new Map<string, number>();
  let counted = on.clock.monotonic();
  return (promql) => {
    const seconds = on.clock.monotonic() - counted;
    counted = on.clock.monotonic();
    for (const { metadata } of on.cluster.objectsOf(Pod)) {
      const more = metadata.name.startsWith(`${usersIn(on.cluster)}-`) ? seconds * 10 : 0;
      counts.set(metadata.name, (counts.get(metadata.name) ?? 0) + more);
    }
    const pattern = new RegExp(`^(?:${/pod=~"([^"]+)"/.exec(promql)?.[1]?.replaceAll('\\\\', '\\') ?? '-'})$`);
    const series = [...counts]
      .filter(([pod]) => pattern.test(pod))
      .flatMap(([pod, requests]): readonly Series[] => {
        if (promql.includes('_bucket')) return ['0.5', '2', '4', '+Inf'].map((le) => ({ labels: { pod, le }, value: requests }));
        const failed = pod.startsWith('agent-green') ? requests * errors : 0;
        return [
          { labels: { pod, status: '200' }, value: requests - failed },
          { labels: { pod, status: '500' }, value: failed },
        ];
      });
    return Promise.resolve(series);
  };
}

/** A law that holds after every write: who has the users has ready pods. */
export function servedAlways({ cluster }: Stage): () => readonly string[] {
  const broken: string[] = [];
  const react = cluster.reacting;
  cluster.reacting = (object) => {
    react(object);
    const name = usersIn(cluster);
    const deployment = cluster.find(Deployment, name);
    const ready = (deployment?.['status'] as { readonly readyReplicas?: number } | undefined)?.readyReplicas ?? 0;
    if (ready < 1) broken.push(`${object.kind} ${object.metadata.name}: ${name} has the users and no ready pod`);
  };
  return () => broken;
}
