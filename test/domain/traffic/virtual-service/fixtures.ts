import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { istio } from '../../../../src/domain/traffic/istio.ts';
import type { Application } from '../../../../src/domain/traffic/router.ts';
import type { HttpRule } from '../../../../src/domain/traffic/virtual-service/shape.ts';

const folder = new URL('../../../fixtures/virtual-service/', import.meta.url);

/** The names that every fixture uses, but for the chapters' own. */
export const app: Application = {
  service: 'agent',
  namespace: 'shop',
  route: 'agent-vs',
  canaryService: 'agent-canary',
  deployments: { stable: 'agent', canary: 'agent-canary' },
};

const chapters: Readonly<Record<string, Application>> = {
  'agent-memory-by-two-hosts-at-rest-95-5': {
    service: 'agent-memory-service',
    stableService: 'agent-memory',
    namespace: 'production',
    route: 'agent-memory-vs',
    canaryService: 'agent-memory-canary',
    deployments: { stable: 'agent-memory-service', canary: 'agent-memory-canary' },
    hosts: { stable: 'agent-memory', canary: 'agent-memory-canary' },
  },
  'agent-service-by-subsets-v1-0-0-and-v1-1-0': {
    service: 'agent-service',
    namespace: 'ai-workflow-prod',
    route: 'agent-service',
    canaryService: 'agent-service-canary',
    deployments: { stable: 'agent-service', canary: 'agent-service-canary' },
    subsets: { stable: 'v1-0-0', canary: 'v1-1-0' },
  },
};

export const appOf = (name: string): Application =>
  chapters[name] ?? (/^subset/.test(name) ? { ...app, subsets: { stable: 'stable', canary: 'canary' } } : app);

export const fixtureNames: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(/\.yaml$/, ''))
  .toSorted();

const object = (apiVersion: string, kind: string, name: string, more: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  ...more,
});

/** What stands around a route in a sound namespace, unless a fixture has its own. */
const sound: readonly KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } } },
  object('v1', 'Service', 'agent', { spec: { selector: { app: 'agent' }, ports: [{ name: 'http', port: 80 }] } }),
  object('v1', 'Service', 'agent-canary', { spec: { selector: { app: 'agent-canary' }, ports: [{ name: 'http', port: 80 }] } }),
  object('apps/v1', 'Deployment', 'agent', {
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent', version: 'v1' } }, spec: { containers: [{ name: 'agent', image: 'agent:1' }] } },
    },
  }),
];

const documentsOf = (name: string): readonly KubernetesObject[] =>
  parseAllDocuments(readFileSync(new URL(`${name}.yaml`, folder), 'utf8')).map((document) => document.toJS() as KubernetesObject);

/** The VirtualService of a fixture. */
export const readRoute = (name: string): KubernetesObject => documentsOf(name)[0]!;

/** Everything that a run would read beside the route. */
export function readAround(name: string): readonly KubernetesObject[] {
  const own = documentsOf(name).slice(1);
  const isReplaced = (each: KubernetesObject) =>
    own.some(({ kind, metadata }) => kind === each.kind && metadata.name === each.metadata.name);
  return chapters[name] === undefined ? [...sound.filter((each) => !isReplaced(each)), ...own] : own;
}

export const inspectFixture = (name: string, weights: readonly number[] = [5, 25, 50, 100]) =>
  istio.inspect([readRoute(name)], appOf(name), weights, readAround(name));

export const routeWith = (http: readonly unknown[]): KubernetesObject => {
  const route = readRoute('one-rule');
  return { ...route, spec: { ...(route['spec'] as object), http } };
};

export const ruleList = (route: KubernetesObject): readonly HttpRule[] =>
  (route['spec'] as { readonly http?: readonly HttpRule[] }).http ?? [];
