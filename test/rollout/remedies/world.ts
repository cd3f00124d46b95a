import type { ApiObject, ObjectName } from '../../lab/api-objects.ts';
import type { Lab } from '../../lab/lab.ts';
import { manifests } from '../example-service.ts';
import { oneService } from '../one-service.ts';
import type { Inputs } from '../rollouts.ts';

/** The way a world splits its traffic. */
export type Way = 'gateway-api' | 'istio' | 'subsets' | 'nginx-ingress' | 'replicas';

/** The objects of a namespace by kind and name, `Service/agent`. A case changes them before they are applied. */
// biome-ignore lint/suspicious/noExplicitAny: cases reach into objects of every kind.
export type World = Record<string, any>;

/** A namespace on the API server in which a case takes place. */
export interface Place {
  readonly lab: Lab;
  readonly namespace: string;
  /** What stable runs. */
  readonly image: string;
  /** `Deployment/agent` → its name for the API server. */
  name(key: string): ObjectName;
  get(key: string): Promise<ApiObject>;
  /** A JSON merge patch, by the hand of a person. */
  patch(key: string, change: object): Promise<ApiObject>;
  apply(source: string | object): Promise<ApiObject[]>;
  delete(key: string): Promise<void>;
}

const versions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  Service: 'v1',
  Secret: 'v1',
  Pod: 'v1',
  ResourceQuota: 'v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
  Namespace: 'v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  VirtualService: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  Gateway: 'networking.istio.io/v1',
  Ingress: 'networking.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  Role: 'rbac.authorization.k8s.io/v1',
  Lease: 'coordination.k8s.io/v1',
};

const split = (key: string) => {
  const [kind = '', name = ''] = key.split('/');
  return { kind, name, apiVersion: versions[kind] ?? '' };
};

/** An object to put into a world. */
export function object(key: string, more: object = {}): ApiObject {
  const { kind, name, apiVersion } = split(key);
  return { apiVersion, kind, metadata: { name }, ...more };
}

/** Puts objects into a world under their keys. */
export const put = (world: World, key: string, more: object): void => {
  world[key] = object(key, more);
};

export function placeIn(lab: Lab, namespace: string, image: string): Place {
  const name = (key: string): ObjectName => {
    const { kind, name: its, apiVersion } = split(key);
    return { apiVersion, kind, name: its, ...(kind === 'Namespace' ? {} : { namespace }) };
  };
  return {
    lab,
    namespace,
    image,
    name,
    get: (key) => lab.client.get(name(key)),
    patch: (key, change) => lab.client.patch(name(key), change, 'kubectl'),
    apply: (source) => lab.client.apply(source, 'kubectl'),
    delete: (key) => lab.client.delete(name(key)),
  };
}

/** A namespace in which the preflight has nothing to say. */
export async function soundWorld(way: Way, namespace: string, image: string): Promise<World> {
  const world: World = { Namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } };
  for (const each of (await manifests(image)) as ApiObject[]) world[`${each.kind}/${each.metadata?.name}`] = each;
  world['Deployment/agent'].spec.replicas = 1;
  if (way === 'replicas') {
    delete world['Service/agent-canary'];
    for (const each of Object.values(world)) oneService(each);
  }
  if (way !== 'gateway-api') delete world['HTTPRoute/agent'];
  if (way === 'istio' || way === 'subsets') {
    world['Namespace'].metadata.labels = { 'istio-injection': 'enabled' };
    const side = (stable: boolean) =>
      way === 'istio' ? { host: stable ? 'agent' : 'agent-canary' } : { host: 'agent', subset: stable ? 'v1' : 'v2' };
    put(world, 'VirtualService/agent-vs', {
      spec: {
        hosts: ['agent'],
        http: [
          { match: [{ headers: { 'x-canary': { exact: 'true' } } }], route: [{ destination: side(false) }] },
          {
            route: [
              { destination: side(true), weight: 100 },
              { destination: side(false), weight: 0 },
            ],
          },
        ],
      },
    });
  }
  if (way === 'subsets') {
    delete world['Service/agent-canary'];
    world['Service/agent'].spec.selector = { app: 'agent' };
    put(world, 'DestinationRule/agent', {
      spec: {
        host: 'agent',
        subsets: [
          { name: 'v1', labels: { version: 'stable' } },
          { name: 'v2', labels: { version: 'next' } },
        ],
      },
    });
  }
  if (way === 'nginx-ingress') {
    world['Ingress/agent'] = ingress('agent', 'agent', `${namespace}.example.test`);
    world['Ingress/agent-canary'] = ingress('agent-canary', 'agent-canary', `${namespace}.example.test`, {
      canary: 'true',
      'canary-weight': '0',
      'canary-by-header': 'X-Canary',
      'canary-by-header-value': 'true',
    });
  }
  return world;
}

export const nginx = 'nginx.ingress.kubernetes.io/';

/** An Ingress of one host and one path. */
export function ingress(name: string, service: string, host: string, annotations: Readonly<Record<string, string>> = {}): ApiObject {
  const path = { path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`${nginx}${key}`, value])),
    },
    spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [path] } }] },
  };
}

export const inputsOf: Readonly<Record<Way, Inputs>> = {
  'gateway-api': {},
  istio: { router: 'istio' },
  subsets: { router: 'istio', 'stable-subset': 'v1', 'canary-subset': 'v2' },
  'nginx-ingress': { router: 'nginx-ingress' },
  replicas: { router: 'replicas', stages: '25@6s 50@6s' },
};

/** Seconds. What is waited for is never what a case is about. */
export const patience = 180;

/** Applies a world and waits for the pods of stable. */
export async function build(place: Place, world: World): Promise<void> {
  const { client } = place.lab;
  for (const each of Object.values(world) as ApiObject[]) {
    await client.apply(
      each.kind === 'Namespace' ? each : { ...each, metadata: { ...each.metadata, namespace: place.namespace } },
      'kubectl',
    );
  }
  const deployments = (Object.values(world) as ApiObject[]).filter(({ kind, spec }) => kind === 'Deployment' && spec.replicas !== 0);
  for (const { metadata } of deployments) await client.waitForRollout(place.namespace, metadata?.name ?? '', patience);
  // The address that a controller would publish.
  for (const each of Object.values(world) as ApiObject[]) {
    if (each.kind === 'Ingress') await publish(place, each.metadata?.name ?? '');
  }
}

export async function publish(place: Place, ingressName: string, address: string | null = '192.0.2.1'): Promise<void> {
  const path = await place.lab.client.objects.path(place.name(`Ingress/${ingressName}`));
  const status = { loadBalancer: { ingress: address === null ? null : [{ ip: address }] } };
  await place.lab.client.objects.send('PATCH', `${path}/status`, { status }, 'application/merge-patch+json');
}
