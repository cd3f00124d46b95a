import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import type { Rule } from '../../../../src/domain/traffic/httproute/shape.ts';
import type { Application } from '../../../../src/domain/traffic/router.ts';

const folder = new URL('../../../fixtures/httproute/', import.meta.url);

/** The names that every fixture uses. */
export const app: Application = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };

export const fixtureNames: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(/\.yaml$/, ''))
  .toSorted();

export const readRoute = (name: string): KubernetesObject =>
  parse(readFileSync(new URL(`${name}.yaml`, folder), 'utf8')) as KubernetesObject;

/** A route with these rules. */
export const routeWith = (rules: readonly unknown[]): KubernetesObject => {
  const route = readRoute('one-rule');
  return { ...route, spec: { ...(route['spec'] as object), rules } };
};

export const ruleList = (route: KubernetesObject): readonly Rule[] => (route['spec'] as { readonly rules?: readonly Rule[] }).rules ?? [];
