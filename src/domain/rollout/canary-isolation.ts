import { NetworkPolicy } from '../kubernetes/kinds.ts';
import type { LabelSelector, Labels } from '../kubernetes/labels.ts';
import { type Direction, isolates, type PolicyRule, rulesOf } from '../kubernetes/network-policy.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { yamlDocuments } from '../kubernetes/yaml.ts';
import type { Problem } from './problem.ts';

export interface IsolatedSides {
  readonly namespace: string;
  readonly stable: Labels;
  readonly canary: Labels;
  /** What selects the canary's pods and no others. */
  readonly canarySelector: LabelSelector;
}

/**
 * Rules of NetworkPolicies that stable's pods live by and the canary's, by their labels, do not get. Where no policy isolates the canary in
 * a direction, everything is open to it. Whether the network enforces policies at all nobody here knows, so nothing is refused.
 */
export const isolationWarnings = (policies: readonly KubernetesObject[], sides: IsolatedSides): readonly Problem[] =>
  (['Ingress', 'Egress'] as const).flatMap((direction) => inDirection(policies, direction, sides));

function inDirection(policies: readonly KubernetesObject[], direction: Direction, sides: IsolatedSides): readonly Problem[] {
  const isolating = policies.filter((policy) => isolates(policy, direction, sides.canary));
  const granted = isolating.flatMap((policy) => rulesOf(policy, direction));
  const lacking = policies.filter(
    (policy) =>
      !isolating.includes(policy) &&
      isolates(policy, direction, sides.stable) &&
      rulesOf(policy, direction).some((rule) => !granted.some((wide) => isAsWide(wide, rule))),
  );
  if (isolating.length === 0 || lacking.length === 0) return [];
  const [lets, nothing, something] = words[direction];
  return [
    {
      what: `NetworkPolicy ${namesOf(lacking)} ${lets} stable's pods and does not select the canary's, which ${namesOf(isolating)} isolates: ${granted.length === 0 ? nothing : something}.`,
      remedy: "Have it select the canary's pods too, or apply this, which allows them the same:",
      yaml: yamlDocuments(lacking.map((policy) => sameFor(policy, direction, sides))),
    },
  ];
}

const words: Readonly<Record<Direction, readonly [lets: string, nothing: string, something: string]>> = {
  Ingress: [
    'lets requests in to',
    'users who are sent to the canary get no answer',
    'other rules let some requests in to them, and it may be that not all users who are sent to the canary get an answer',
  ],
  Egress: [
    'lets requests out of',
    'the canary reaches nothing that it needs',
    'other rules let some requests out of them, and it may be that the canary does not reach all that it needs',
  ],
};

/** Only what can be told without reading addresses and selectors: a field that allows everything, or is the same. */
const isAsWide = (wide: PolicyRule, rule: PolicyRule): boolean =>
  (['from', 'to', 'ports'] as const).every((field) => {
    const [its = [], other = []] = [wide[field], rule[field]];
    return its.length === 0 || JSON.stringify(its) === JSON.stringify(other);
  });

const namesOf = (policies: readonly KubernetesObject[]): string => policies.map(({ metadata }) => metadata.name).join(', ');

/** In the one direction alone: in the other the canary may be open. */
const sameFor = (policy: KubernetesObject, direction: Direction, { namespace, canarySelector }: IsolatedSides) => ({
  apiVersion: NetworkPolicy.apiVersion,
  kind: NetworkPolicy.kind,
  metadata: { name: `${policy.metadata.name}-canary-${direction.toLowerCase()}`, namespace },
  spec: { podSelector: canarySelector, policyTypes: [direction], [direction.toLowerCase()]: rulesOf(policy, direction) },
});
