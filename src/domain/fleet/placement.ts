import { type LabelSelector, type Requirement, selects } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { PodSpec } from '../kubernetes/workload.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** Without a key it tolerates every taint, without an effect each effect. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** The nodes on which a workload's pods may be placed. */
export interface Placement {
  /** A node has to match one of them. */
  readonly nodes: readonly LabelSelector[];
  readonly tolerations: readonly Toleration[];
}

export const mayBePlacedOn = ({ nodes }: Placement, { metadata }: KubernetesObject): boolean =>
  nodes.some((selector) => selects(selector, metadata.labels ?? {}));

/** As the scheduler decides it: a taint that only prefers others keeps nothing away. */
export const keepsAway = ({ tolerations }: Placement, taint: Taint): boolean =>
  taint.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint));

function tolerates({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (operator === 'Equal' && key !== '' && value === (taint.value ?? ''));
}

interface Term {
  readonly matchExpressions?: readonly (Omit<Requirement, 'operator'> & { readonly operator: string })[];
  readonly matchFields?: readonly unknown[];
}

interface Affinity {
  readonly nodeAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly Term[] } };
}

/** What a pod's own spec asks of nodes. `undefined`: it asks for something that labels and taints do not answer (`Gt`, `Lt`, fields). */
export function placementOf(spec: PodSpec): Placement | undefined {
  const matchLabels = (spec['nodeSelector'] ?? {}) as Readonly<Record<string, string>>;
  const tolerations = (spec['tolerations'] ?? []) as readonly Toleration[];
  const { nodeAffinity } = (spec['affinity'] ?? {}) as Affinity;
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return { nodes: [{ matchLabels }], tolerations };
  const nodes: LabelSelector[] = [];
  for (const { matchExpressions = [], matchFields = [] } of terms) {
    const known = matchExpressions.filter(isKnown);
    if (matchFields.length > 0 || known.length < matchExpressions.length) return undefined;
    // A term that asks for nothing matches no node.
    if (known.length > 0) nodes.push({ matchLabels, matchExpressions: known });
  }
  return { nodes, tolerations };
}

const operators: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'] satisfies readonly Requirement['operator'][];
const isKnown = (expression: { readonly operator: string }): expression is Requirement => operators.includes(expression.operator);
