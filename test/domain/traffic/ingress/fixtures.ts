import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { nginxIngress } from '../../../../src/domain/traffic/nginx-ingress.ts';
import type { Application } from '../../../../src/domain/traffic/router.ts';

const folder = new URL('../../../fixtures/ingress/', import.meta.url);

/** The names that every fixture uses, but for the chapters' own. */
export const app: Application = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };

const chapter: Application = {
  service: 'agent-service',
  namespace: 'ai-workflow-prod',
  route: 'agent-service-ingress',
  canaryService: 'agent-service-canary',
};
const chapters: Readonly<Record<string, Application>> = {
  'agent-service-ingress-beside-ai-workflow-ingress': chapter,
  'ai-workflow-ingress-alone': { ...chapter, route: 'ai-workflow-ingress' },
  'agent-memory-ingress-without-a-canary': {
    service: 'agent-memory-service',
    stableService: 'agent-memory',
    namespace: 'production',
    route: 'agent-memory-ingress',
    canaryService: 'agent-memory-canary',
  },
};

export const appOf = (name: string): Application => chapters[name] ?? app;

export const fixtureNames: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(/\.yaml$/, ''))
  .toSorted();

/** All Ingresses of the namespace, as a run would read them. */
export const readAround = (name: string): readonly KubernetesObject[] =>
  parseAllDocuments(readFileSync(new URL(`${name}.yaml`, folder), 'utf8')).map((document) => document.toJS() as KubernetesObject);

/** The canary Ingress, where there is one: what a run reads and writes as its route. */
export const canaryOf = (around: readonly KubernetesObject[], of: Application): readonly KubernetesObject[] =>
  around.filter(({ metadata }) => metadata.name === `${of.route}-canary` && metadata.namespace === of.namespace);

export const inspectAround = (around: readonly KubernetesObject[], of: Application) =>
  nginxIngress.inspect(canaryOf(around, of), of, [5, 25, 50, 100], around);

export const inspectFixture = (name: string) => inspectAround(readAround(name), appOf(name));

/** Those that have a canary Ingress. */
export const pairNames = fixtureNames.filter((name) => canaryOf(readAround(name), appOf(name)).length === 1);

export const readCanary = (name: string): KubernetesObject => canaryOf(readAround(name), appOf(name))[0]!;
