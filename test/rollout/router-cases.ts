import { istio } from '../../src/domain/traffic/istio.ts';
import { nginxIngress } from '../../src/domain/traffic/nginx-ingress.ts';
import type { Router, Sides } from '../../src/domain/traffic/router.ts';
import type { ApiObject } from '../lab/api-objects.ts';
import type { ProxyMetrics } from './arms-double.ts';

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

/** A router that the lab has no data plane for: its objects around the example service, and how its proxy's metrics look. */
export interface RouterCase {
  readonly name: string;
  readonly router: Router;
  readonly namespace: string;
  readonly resource: string;
  readonly metrics: ProxyMetrics;
  readonly objects: (namespace: string) => readonly ApiObject[];
  /** The preset's question for the canary. */
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
export const routerCases: readonly RouterCase[] = [
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
