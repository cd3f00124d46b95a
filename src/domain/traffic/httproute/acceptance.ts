import { foreignClause } from '../../kubernetes/foreign-clause.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Condition, conditionOf } from '../../kubernetes/workload.ts';
import { shown } from '../../units/shown.ts';
import type { Acceptance } from '../router.ts';
import { type ParentRef, routeSpec } from './shape.ts';

interface ParentStatus {
  readonly parentRef: ParentRef;
  readonly controllerName?: string;
  readonly conditions?: readonly Condition[];
}

/**
 * Accepted by all of its parents at the generation that was read. Several controllers may answer for the same parent: all of
 * them have to accept. What a parent said about an earlier generation counts as no answer.
 */
export function acceptanceOf(route: KubernetesObject): Acceptance {
  const { namespace = '' } = route.metadata;
  const parents = routeSpec(route).parentRefs ?? [];
  if (parents.length === 0) return { is: 'refused', reason: 'the route names no parent in spec.parentRefs, so no gateway serves it' };
  const answers = parents.flatMap((parent) => {
    const its = entriesOf(route, parent);
    const name = parentText(parent, namespace);
    if (its.length === 0) return [pending(`${name} has not answered yet`)];
    return its.map((entry) => answerOf(entry, name, route.metadata.generation ?? 0));
  });
  return answers.find(({ is }) => is === 'refused') ?? answers.find(({ is }) => is === 'pending') ?? { is: 'accepted' };
}

/** Whether a parent has said of the generation that was read that it does not take the route: of several controllers all of them. */
export function isTurnedDown(route: KubernetesObject, parent: ParentRef): boolean {
  const said = entriesOf(route, parent).map(({ conditions = [] }) => conditionOf(conditions, 'Accepted'));
  const isRefusal = (each: Condition | undefined) =>
    each?.status === 'False' && (each.observedGeneration ?? 0) >= (route.metadata.generation ?? 0);
  return said.length > 0 && said.every(isRefusal);
}

function entriesOf(route: KubernetesObject, parent: ParentRef): readonly ParentStatus[] {
  const entries = (route['status'] as { readonly parents?: readonly ParentStatus[] } | undefined)?.parents ?? [];
  return entries.filter((entry) => sameParent(entry.parentRef, parent, route.metadata.namespace ?? ''));
}

function answerOf(entry: ParentStatus, parent: string, generation: number): Acceptance {
  const who = entry.controllerName === undefined ? parent : `${parent} (${shown(entry.controllerName)})`;
  const current = (entry.conditions ?? []).filter(({ observedGeneration = 0 }) => observedGeneration >= generation);
  // Set when a gateway drops some of the rules, or goes on with older ones: then the split that was written is not the one in force.
  const partial = conditionOf(current, 'PartiallyInvalid');
  if (partial?.status === 'True') return { is: 'refused', reason: `${who} dropped a part of it: ${said(partial)}` };
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({ type, condition: conditionOf(current, type) }));
  for (const { type, condition } of conditions) {
    if (condition?.status === 'False') return { is: 'refused', reason: `${who} says ${type}=False: ${said(condition)}` };
  }
  const missing = conditions.find(({ condition }) => condition?.status !== 'True');
  return missing === undefined
    ? { is: 'accepted' }
    : pending(`${who} has not said ${missing.type}=True about generation ${generation} yet`);
}

const pending = (reason: string): Acceptance => ({ is: 'pending', reason });

const said = ({ reason, message }: Condition): string => foreignClause(reason, message);

export const sameParent = (one: ParentRef, other: ParentRef, namespace: string): boolean =>
  identity(one, namespace) === identity(other, namespace);

const identity = (parent: ParentRef, namespace: string): string =>
  JSON.stringify([
    parent.group ?? 'gateway.networking.k8s.io',
    parent.kind ?? 'Gateway',
    parent.namespace ?? namespace,
    parent.name,
    parent.sectionName ?? '',
    parent.port ?? 0,
  ]);

export function parentText(parent: ParentRef, namespace: string): string {
  const parts = [
    ...(parent.sectionName === undefined ? [] : [`section ${parent.sectionName}`]),
    ...(parent.port === undefined ? [] : [`port ${parent.port}`]),
  ];
  return `${parent.kind ?? 'Gateway'} ${parent.namespace ?? namespace}/${parent.name}${parts.length === 0 ? '' : `, ${parts.join(', ')}`}`;
}
