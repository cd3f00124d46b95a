import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import type { ColourPair } from '../../../../src/domain/traffic/switchers/switcher.ts';

export const pair: ColourPair = {
  service: 'agent-service',
  namespace: 'shop',
  route: 'agent-service',
  pods: {
    blue: { app: 'agent-service', version: 'v1.0.0', environment: 'blue' },
    green: { app: 'agent-service', version: 'v1.1.0', environment: 'green' },
  },
};

export const object = (yaml: string): KubernetesObject => parse(yaml) as KubernetesObject;

const ingress = (name: string, annotations: string, spec: string): string =>
  `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: ${name}, namespace: shop, annotations: ${annotations}}, spec: ${spec}}`;
const backend = (name: string): string => `{service: {name: ${name}, port: {number: 8080}}}`;
const path = (where: string, to: string): string => `{path: ${where}, pathType: Prefix, backend: ${to}}`;
const rule = (host: string, ...paths: readonly string[]): string => `{host: ${host}, http: {paths: [${paths.join(', ')}]}}`;
const bucket = '{resource: {apiGroup: k8s.example.com, kind: StorageBucket, name: static}}';

const route = (rules: string, more = ''): string =>
  `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: agent-service, namespace: shop}, spec: {parentRefs: [{name: public}], hostnames: [api.example.com], rules: ${rules}${more}}}`;
const virtual = (spec: string): string =>
  `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: agent-service, namespace: shop}, spec: ${spec}}`;

/** Of each switcher: routes on which blue has the users, and the same with the users on green. Everything else has to stay, byte for byte. */
export const cases: Readonly<Record<string, Readonly<Record<string, readonly [blue: string, green: string]>>>> = {
  ingress: {
    'the Ingress of chapter 11, with its upstream-vhost': twice((name) =>
      ingress(
        'agent-service',
        `{nginx.ingress.kubernetes.io/upstream-vhost: ${name}.shop.svc.cluster.local, kept: agent-service-blue}`,
        `{ingressClassName: nginx, rules: [${rule('api.aiworkflow.com', path('/api/agents', backend(name)))}]}`,
      ),
    ),
    'every rule of the service, and no other path': twice((name) =>
      ingress(
        'agent-service',
        '{}',
        `{rules: [${rule('a.example.com', path('/', backend(name)), path('/docs', backend('docs')))}, ${rule('b.example.com', path('/agent', backend(name)), path('/blue', backend('agent-service-blue-admin')))}]}`,
      ),
    ),
    'a default backend': twice((name) =>
      ingress(
        'agent-service',
        '{}',
        `{defaultBackend: ${backend(name)}, rules: [${rule('a.example.com', path('/docs', backend('docs')))}]}`,
      ),
    ),
    'paths with a resource backend': twice((name) =>
      ingress(
        'agent-service',
        '{}',
        `{defaultBackend: ${bucket}, rules: [${rule('a.example.com', path('/', backend(name)), path('/static', bucket))}]}`,
      ),
    ),
    'an upstream-vhost of something else': twice((name) =>
      ingress(
        'agent-service',
        '{nginx.ingress.kubernetes.io/upstream-vhost: legacy.example.com}',
        `{rules: [${rule('a.example.com', path('/', backend(name)))}]}`,
      ),
    ),
    'an upstream-vhost of a Service of the same name elsewhere': twice((name) =>
      ingress(
        'agent-service',
        '{nginx.ingress.kubernetes.io/upstream-vhost: agent-service-blue.other.svc}',
        `{rules: [${rule('a.example.com', path('/', backend(name)))}, {host: bare.example.com}]}`,
      ),
    ),
  },
  service: {
    'the selector of chapter 11': [
      '{apiVersion: v1, kind: Service, metadata: {name: agent-service, namespace: shop}, spec: {selector: {app: agent-service, version: v1.0.0}, ports: [{port: 80}]}}',
      '{apiVersion: v1, kind: Service, metadata: {name: agent-service, namespace: shop}, spec: {selector: {app: agent-service, version: v1.1.0}, ports: [{port: 80}]}}',
    ],
    'two labels that tell the colours apart': [
      '{apiVersion: v1, kind: Service, metadata: {name: agent-service, namespace: shop}, spec: {selector: {environment: blue, version: v1.0.0}, sessionAffinity: None}}',
      '{apiVersion: v1, kind: Service, metadata: {name: agent-service, namespace: shop}, spec: {selector: {environment: green, version: v1.1.0}, sessionAffinity: None}}',
    ],
  },
  'gateway-api': {
    'a rule that names one colour, beside others': twice((name) =>
      route(
        `[{matches: [{path: {value: /agents}}], backendRefs: [{name: ${name}, port: 80, weight: 3}]}, {matches: [{path: {value: /docs}}], backendRefs: [{name: docs, port: 80}]}]`,
      ),
    ),
    'a rule with both colours, by weights': [
      route('[{backendRefs: [{name: agent-service-blue, port: 80, weight: 100}, {name: agent-service-green, port: 80, weight: 0}]}]'),
      route('[{backendRefs: [{name: agent-service-blue, port: 80, weight: 0}, {name: agent-service-green, port: 80, weight: 100}]}]'),
    ],
    'a preview by a header, which stays': twice((name) =>
      route(
        `[{matches: [{headers: [{name: x-preview, value: 'true'}]}], backendRefs: [{name: agent-service-green, port: 80}]}, {backendRefs: [{name: ${name}, port: 80}]}]`,
      ),
    ),
    'a Service of the same name in another namespace, and a mirror': twice((name) =>
      route(
        `[{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: agent-service-blue, port: 80}}}], backendRefs: [{name: ${name}, port: 80}, {name: agent-service-blue, namespace: other, port: 80, weight: 0}]}]`,
      ),
    ),
  },
  istio: {
    'two hosts, in HTTP, TLS and TCP': twice((name) =>
      virtual(
        `{hosts: [api.example.com], http: [{name: api, route: [{destination: {host: ${name}, port: {number: 80}}}], retries: {attempts: 2}}, {route: [{destination: {host: docs}}]}], tls: [{match: [{sniHosts: [api.example.com]}], route: [{destination: {host: ${name}.shop.svc.cluster.local}}]}], tcp: [{route: [{destination: {host: ${name}}}]}]}`,
      ),
    ),
    'subsets of one host': [
      virtual('{hosts: [agent-service], http: [{route: [{destination: {host: agent-service, subset: blue}}]}]}'),
      virtual('{hosts: [agent-service], http: [{route: [{destination: {host: agent-service, subset: green}}]}]}'),
    ],
    'both colours, by weights': [
      virtual(
        '{hosts: [agent-service], http: [{route: [{destination: {host: agent-service-blue}, weight: 100}, {destination: {host: agent-service-green}, weight: 0}]}]}',
      ),
      virtual(
        '{hosts: [agent-service], http: [{route: [{destination: {host: agent-service-blue}, weight: 0}, {destination: {host: agent-service-green}, weight: 100}]}]}',
      ),
    ],
    'a preview by a header, and a redirect': twice((name) =>
      virtual(
        `{hosts: [agent-service], http: [{match: [{headers: {x-preview: {exact: 'true'}}}], route: [{destination: {host: agent-service-green}}]}, {match: [{uri: {prefix: /old}}], redirect: {uri: /new}}, {route: [{destination: {host: ${name}}}]}]}`,
      ),
    ),
  },
};

function twice(of: (name: string) => string): readonly [string, string] {
  return [of('agent-service-blue'), of('agent-service-green')];
}
