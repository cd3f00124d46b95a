import type { LabClient } from '../lab/client.ts';
import { ingressClass } from '../lab/parts/gateway.ts';

export type SwitcherName = 'gateway-api' | 'ingress' | 'service' | 'istio';

/** What a switcher writes in the lab, and how it is read there without the switcher. */
export interface ColouredRoute {
  /** Traffic really follows it here. For Istio there is no data plane: its objects are held to Istio's own schemas by the API server. */
  readonly served: boolean;
  /** Resource and name, as the audit log has them. */
  readonly written: string;
  objects(namespace: string, host: string): readonly object[];
  /** The Deployment that has the users. */
  live(client: LabClient, namespace: string): Promise<string>;
}

const httpRoute = (namespace: string, host: string, rules: readonly object[]) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'agent', namespace },
  spec: { parentRefs: [{ name: 'default', namespace: 'gateway' }], hostnames: [host], rules },
});
const blue = [{ name: 'agent-blue', port: 80 }];

const gatewayApi: ColouredRoute = {
  served: true,
  written: 'httproutes agent',
  objects: (namespace, host) => [
    httpRoute(namespace, host, [
      { matches: [{ headers: [{ name: 'x-preview', value: 'true' }] }], backendRefs: [{ name: 'agent-green', port: 80 }] },
      { backendRefs: blue },
    ]),
  ],
  async live(client, namespace) {
    const route = await client.get({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace, name: 'agent' });
    return route['spec'].rules[1].backendRefs[0].name as string;
  },
};

const vhost = 'nginx.ingress.kubernetes.io/upstream-vhost';
const vhostOf = (name: string, namespace: string): string => `${name}.${namespace}.svc.cluster.local`;

const ingress: ColouredRoute = {
  served: true,
  written: 'ingresses agent',
  objects: (namespace, host) => [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: ingressClass },
      spec: { controller: 'traefik.io/ingress-controller' },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'agent', namespace, annotations: { [vhost]: vhostOf('agent-blue', namespace) } },
      spec: {
        ingressClassName: ingressClass,
        rules: [
          {
            host,
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'agent-blue', port: { number: 80 } } } }] },
          },
        ],
      },
    },
  ],
  async live(client, namespace) {
    const { metadata, spec } = await client.get({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, name: 'agent' });
    const name = spec.rules[0].http.paths[0].backend.service.name as string;
    if (metadata?.annotations?.[vhost] !== vhostOf(name, namespace))
      throw new Error(`The upstream is told ${metadata?.annotations?.[vhost]}, and ${name} has the users.`);
    return name;
  },
};

const service: ColouredRoute = {
  served: true,
  written: 'services agent',
  objects: (namespace, host) => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'agent', namespace },
      spec: { selector: { app: 'agent', version: 'blue' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    httpRoute(namespace, host, [{ backendRefs: [{ name: 'agent', port: 80 }] }]),
  ],
  async live(client, namespace) {
    const found = await client.get({ apiVersion: 'v1', kind: 'Service', namespace, name: 'agent' });
    return `agent-${found['spec'].selector.version}`;
  },
};

const istio: ColouredRoute = {
  served: false,
  written: 'virtualservices agent-vs',
  objects: (namespace, host) => [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'agent-vs', namespace },
      spec: { hosts: [host], http: [{ route: [{ destination: { host: 'agent-blue', port: { number: 80 } } }], retries: { attempts: 2 } }] },
    },
  ],
  async live(client, namespace) {
    const found = await client.get({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace, name: 'agent-vs' });
    return found['spec'].http[0].route[0].destination.host as string;
  },
};

export const colouredRoutes: Readonly<Record<SwitcherName, ColouredRoute>> = { 'gateway-api': gatewayApi, ingress, service, istio };
