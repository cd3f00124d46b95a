import { parseStrict } from '../../../src/adapters/yaml/strict.ts';
import { ConfigMap, Deployment, Job, Lease, Namespace, Pod, ReplicaSet, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { Failure } from '../../../src/failure.ts';
import { executeDeploy } from '../../../src/flows/deploy/execute.ts';
import { parseDeployInputs } from '../../../src/flows/deploy/inputs.ts';
import type { DeployPlan } from '../../../src/flows/deploy/plan.ts';
import type { DeployResult } from '../../../src/flows/deploy/result.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import type { Files } from '../../../src/ports/files.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import type { FleetWorld } from '../../../src/ports/worlds/fleet.ts';
import { MemoryCluster } from '../memory-cluster/cluster.ts';
import { putNeighbours } from '../neighbours.ts';
import { rawInputs } from '../raw-inputs.ts';
import { type Settings, type Stage, stage } from '../stand-ins.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** Images of one service differ in their last digit: 1 runs at first, 2 is new, 3 crashes. */
export const image = (service: string, version: number): string => `shop/${service}@sha256:${String(version).repeat(64)}`;

export interface FleetShop {
  readonly fleet: FleetWorld;
  readonly clock: VirtualClock;
  readonly clusters: Readonly<Record<string, MemoryCluster>>;
  readonly lines: string[];
  readonly handedOver: Record<string, string>[];
  readonly alerts: Stage['alerts'];
  cancel(by: string): void;
}

export interface ShopOptions extends Settings {
  readonly services: readonly string[];
  readonly clusters?: readonly string[];
  /** By path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What a process sees that is killed in the middle. */
  readonly seen?: (cluster: Cluster, name: string) => Cluster;
}

export const everywhere = 'only';

/** Clusters with one Deployment a service, and controllers that replace their pods at once: those of version 3 crash. */
export function fleetShop(options: ShopOptions, shared?: FleetShop): FleetShop {
  const { services, clusters: names = [everywhere], files = {}, seen = (cluster) => cluster } = options;
  const clock = shared?.clock ?? new VirtualClock();
  const clusters = shared?.clusters ?? Object.fromEntries(names.map((name) => [name, clusterOf(clock, services)]));
  if (shared === undefined) for (const cluster of Object.values(clusters)) putNeighbours(cluster);
  const first = clusters[names[0] ?? ''] as MemoryCluster;
  const base = stage(
    { probe: () => ({ is: 'answer', status: 200, body: 'ok' }), resolve: resolved, ...options },
    { clock, cluster: first },
  );
  const fleet: FleetWorld = {
    ...base.world,
    files: filesOf(files),
    managed: undefined,
    given: new Set(),
    reach: ({ cluster = everywhere }) => {
      const found = clusters[cluster];
      if (found === undefined) throw new Failure('KUBECONFIG_INVALID', 'There is no kubeconfig.', 'Give one.');
      const world: World = { ...base.world, files: filesOf(files), cluster: seen(found, cluster) };
      return { world, server: `${cluster}.example.com` };
    },
  };
  return { ...base, fleet, clusters };
}

const resolved: NonNullable<Settings['resolve']> = ({ digest }) =>
  Promise.resolve(digest === undefined ? { is: 'missing' } : { is: 'found', digest });

function filesOf(files: Readonly<Record<string, string>>): Files {
  const text = (path: string): string => {
    const found = files[path];
    if (found === undefined) throw new Failure('FILE_UNREADABLE', `There is no ${path}.`, 'Make it.');
    return found;
  };
  return {
    find: (pattern) => Promise.resolve(Object.keys(files).filter((path) => path === pattern)),
    text: (path) => Promise.resolve(text(path)),
    documents: (path) => {
      const parsed = parseStrict(text(path));
      return Promise.resolve('values' in parsed ? parsed.values : []);
    },
  };
}

/** One cluster with a Deployment a service. */
export function clusterOf(clock: Clock, services: readonly string[]): MemoryCluster {
  const cluster = new MemoryCluster(clock);
  cluster.reacting = (object) => {
    if (object.kind === 'Deployment') control(cluster, object);
    if (object.kind === 'Job') backUp(cluster, object);
  };
  cluster.put(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  cluster.put(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' }, data: { MODE: 'old' } });
  for (const service of services) control(cluster, cluster.put(Deployment, deploymentOf(service)));
  return cluster;
}

export const deploymentOf = (service: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: service, namespace: 'shop', uid: `${service}-uid` },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: service } },
    template: {
      metadata: { labels: { app: service } },
      spec: {
        containers: [
          {
            name: service,
            image: image(service, 1),
            ports: [{ containerPort: 8080 }],
            envFrom: [{ configMapRef: { name: 'settings' } }],
            readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
            lifecycle: { preStop: { sleep: { seconds: 15 } } },
          },
        ],
      },
    },
  },
});

/** What the Deployment controller and the kubelet do. */
function control(cluster: MemoryCluster, deployment: KubernetesObject): void {
  const { name: service, generation = 0 } = deployment.metadata;
  const template = templateOf(deployment);
  const text = JSON.stringify(template);
  const own = cluster.objectsOf(ReplicaSet).filter(({ metadata }) => metadata.labels?.['app'] === service);
  const known = own.find((each) => each['template-text'] === text);
  const name = known?.metadata.name ?? `${service}-${own.length + 1}`;
  const revision = 1 + Math.max(0, ...own.map(({ metadata }) => Number(metadata.annotations?.['deployment.kubernetes.io/revision'])));
  const labels = { app: service, 'pod-template-hash': name };
  cluster.put(ReplicaSet, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      labels: { app: service },
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: service, uid: `${service}-uid`, controller: true }],
    },
    spec: { template: { ...template, metadata: { ...template.metadata, labels } } },
    'template-text': text,
  });
  for (const pod of cluster.objectsOf(Pod)) if (pod.metadata.labels?.['app'] === service) cluster.remove(Pod, pod.metadata.name);
  const ill = Object.values(imagesOf(template)).some((each) => each.endsWith('3'));
  const status = ill
    ? { ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } }
    : { ready: true, restartCount: 0, state: { running: {} } };
  cluster.put(Pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-pod`, namespace: 'shop', labels },
    spec: template.spec,
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ill ? 'False' : 'True' }],
      containerStatuses: [{ name: service, ...status }],
    },
  });
  const count = ill ? 0 : 1;
  const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: count, availableReplicas: count };
  cluster.put(Deployment, { ...deployment, status: { observedGeneration: generation, ...counts } });
}

/** A backup is done at once; one whose command says so fails. */
function backUp(cluster: MemoryCluster, job: KubernetesObject): void {
  if (job['status'] !== undefined) return;
  const [container] = (job['spec'] as { template: { spec: { containers: { name: string; command: string[] }[] } } }).template.spec
    .containers;
  const fails = container?.command.includes('--fail') === true;
  cluster.put(Pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${job.metadata.name}-pod`, namespace: 'shop', labels: { 'job-name': job.metadata.name } },
    spec: { containers: [container] },
    status: { phase: fails ? 'Failed' : 'Succeeded' },
  });
  const condition = fails ? { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' } : { type: 'Complete', status: 'True' };
  cluster.put(Job, { ...job, status: { conditions: [condition] } });
}

export const deployPlan = (inputs: Readonly<Record<string, string>>): DeployPlan => parseDeployInputs(rawInputs(inputs)).plan;

export interface ReleaseText {
  readonly services: readonly { readonly name: string; readonly version: number; readonly needs?: readonly string[] }[];
  readonly backup?: string;
  readonly more?: string;
}

/** A release as its YAML. */
export const releaseText = ({ services, backup = '{ skip: nothing is stored }', more = '' }: ReleaseText): string =>
  [
    'name: platform',
    'namespace: shop',
    `backup: ${backup}`,
    more,
    'services:',
    ...services.map(
      ({ name, version, needs = [] }) =>
        `  - { name: ${name}, port: 8080, needs: [${needs.join(', ')}], images: { ${name}: '${image(name, version)}' } }`,
    ),
  ].join('\n');

export const clustersText = (entries: readonly (readonly [name: string, weight: number, canary?: boolean])[]): string =>
  [
    'clusters:',
    ...entries.map(
      ([name, weight, canary = false]) =>
        `  - { name: ${name}, environment: production, weight: ${weight}, canary: ${canary}, kubeconfig-secret: ${name.toUpperCase()} }`,
    ),
  ].join('\n');

export const released = (on: FleetShop, inputs: Readonly<Record<string, string>>): Promise<DeployResult> =>
  on.clock.until(executeDeploy(deployPlan(inputs), on.fleet));

/** Which version of each service runs, cluster by cluster. */
export const running = ({ clusters }: FleetShop): Readonly<Record<string, Readonly<Record<string, number>>>> =>
  Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]) => [
      name,
      Object.fromEntries(
        cluster.objectsOf(Deployment).map((each) => [each.metadata.name, Number(Object.values(imagesOf(templateOf(each)))[0]?.at(-1))]),
      ),
    ]),
  );

/** What a run may leave behind in no cluster: a lock that is held, or what was remembered for a way back. */
export const leftBehind = ({ clusters }: FleetShop): readonly string[] =>
  Object.entries(clusters).flatMap(([name, cluster]) => [
    ...cluster.objectsOf(Lease).flatMap((lease) => (readLease(lease).holder === '' ? [] : [`${name} ${lease.metadata.name} is held`])),
    ...cluster.objectsOf(Secret).map(({ metadata }) => `${name} ${metadata.name}`),
  ]);

/** Writes in one cluster, without what only asks. */
export const writesOf = (cluster: MemoryCluster | undefined): readonly string[] =>
  (cluster?.writes() ?? []).filter((each) => !each.includes('SelfSubject'));

/** Three waves: the canary cluster, then the smaller share of the users, then the other. */
export const threeWaves = {
  clusters: ['canary', 'west', 'east'],
  files: {
    '.github/clusters.yml': clustersText([
      ['east', 100],
      ['west', 50],
      ['canary', 100, true],
    ]),
  },
};
