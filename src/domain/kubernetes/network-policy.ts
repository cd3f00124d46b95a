import { type LabelSelector, type Labels, selects } from './labels.ts';
import type { KubernetesObject } from './object.ts';

// The API server has checked a NetworkPolicy against the schema of its kind. What that schema lets a user leave out is optional.

interface PolicySpec {
  /** Empty, or left out: every pod of the namespace. */
  readonly podSelector?: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

/** What is left out, or empty, allows everyone and every port. */
export interface PolicyRule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

export interface Peer {
  readonly ipBlock?: { readonly cidr?: string };
}

export interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

export type Direction = 'Ingress' | 'Egress';

const specOf = (policy: KubernetesObject): PolicySpec => (policy['spec'] ?? {}) as PolicySpec;

/** Whether pods with these labels are let do only what the rules of policies say, this one's among them. */
export function isolates(policy: KubernetesObject, direction: Direction, labels: Labels): boolean {
  const { podSelector = {}, policyTypes, egress } = specOf(policy);
  const types = policyTypes ?? (egress === undefined ? ['Ingress'] : ['Ingress', 'Egress']);
  return types.includes(direction) && selects(podSelector, labels);
}

export const rulesOf = (policy: KubernetesObject, direction: Direction): readonly PolicyRule[] =>
  specOf(policy)[direction === 'Ingress' ? 'ingress' : 'egress'] ?? [];
