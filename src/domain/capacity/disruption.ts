import { type LabelSelector, type Labels, selects } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Problem } from '../rollout/problem.ts';

interface BudgetFields {
  readonly spec?: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
  };
}

const fieldsOf = (budget: KubernetesObject): NonNullable<BudgetFields['spec']> => (budget as unknown as BudgetFields).spec ?? {};

/** The labels of the pods of both arms, and how many pods stable has. */
export interface Arms {
  readonly stable: Labels;
  readonly canary: Labels;
  readonly pods: number;
}

/**
 * What PodDisruptionBudgets mean for a rollout: they stop evictions, of a drained node for instance, and neither a rolling update nor a
 * change of size. Warnings, because nothing of it makes the way back fail.
 */
export const disruptionWarnings = (budgets: readonly KubernetesObject[], { stable, canary, pods }: Arms): readonly Problem[] =>
  budgets.flatMap((budget): readonly Problem[] => {
    const { selector } = fieldsOf(budget);
    if (selector === undefined) return [];
    const [onStable, onCanary] = [selects(selector, stable), selects(selector, canary)];
    if (!onStable && !onCanary) return [];
    return [
      ...(onStable && onCanary ? [sharedBudget(budget)] : []),
      ...(onStable && allowsNone(budget, pods) ? [blocking(budget, 'stable')] : []),
      ...(onCanary && !onStable ? [canaryOnly(budget)] : []),
    ];
  });

const limitText = (budget: KubernetesObject): string => {
  const { minAvailable, maxUnavailable } = fieldsOf(budget);
  return minAvailable === undefined ? `maxUnavailable ${maxUnavailable}` : `minAvailable ${minAvailable}`;
};

const sharedBudget = (budget: KubernetesObject): Problem => ({
  what: `PodDisruptionBudget ${budget.metadata.name} (${limitText(budget)}) selects the pods of stable and of the canary: while both run it counts them as one, and lets pods of stable be evicted for those of the canary that are ready.`,
  remedy: 'Let it select by a label that only the pods of stable have.',
});

const canaryOnly = (budget: KubernetesObject): Problem => ({
  what: `PodDisruptionBudget ${budget.metadata.name} (${limitText(budget)}) selects the pods of the canary: while they are few, it can keep a node from being drained.`,
  remedy: 'Delete it, or let it select the pods of stable: the canary may be evicted, it is then taken back.',
});

const blocking = (budget: KubernetesObject, arm: string): Problem => ({
  what: `PodDisruptionBudget ${budget.metadata.name} (${limitText(budget)}) lets no pod of ${arm} be evicted: a node that is drained during the rollout waits for its end, or for ever.`,
  remedy: 'Allow at least one to be unavailable (maxUnavailable: 1).',
});

function allowsNone(budget: KubernetesObject, pods: number): boolean {
  const { minAvailable, maxUnavailable } = fieldsOf(budget);
  if (maxUnavailable !== undefined) return count(maxUnavailable, pods) === 0;
  return minAvailable !== undefined && count(minAvailable, pods) >= pods;
}

/** Percentages are rounded up, as the disruption controller does it. */
function count(limit: number | string, pods: number): number {
  if (typeof limit === 'number') return limit;
  const [, percent] = /^([0-9]{1,3})%$/.exec(limit) ?? [];
  return percent === undefined ? Number.NaN : Math.ceil((Number(percent) * pods) / 100);
}
