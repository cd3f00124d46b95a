import { Failure } from '../../../failure.ts';
import type { Application } from '../router.ts';
import type { BackendRef, Rule } from './shape.ts';

/** Whose backend it is. A Service of another namespace, and anything that is no Service, is neither stable nor the canary. */
export function armOf(ref: BackendRef, app: Application): 'stable' | 'canary' | 'other' {
  const isService = (ref.group ?? '') === '' && (ref.kind ?? 'Service') === 'Service';
  if (!isService || (ref.namespace ?? app.namespace) !== app.namespace) return 'other';
  if (ref.name === app.service) return 'stable';
  return ref.name === app.canaryService ? 'canary' : 'other';
}

export interface Backends {
  readonly stable: readonly BackendRef[];
  readonly canary: readonly BackendRef[];
  readonly other: readonly BackendRef[];
}

export function backendsOf({ backendRefs = [] }: Rule, app: Application): Backends {
  const of = (arm: string) => backendRefs.filter((ref) => armOf(ref, app) === arm);
  return { stable: of('stable'), canary: of('canary'), other: of('other') };
}

/** A rule whose weights are ours to change: it has both backends. */
export function isSplit(rule: Rule, app: Application): boolean {
  const { stable, canary } = backendsOf(rule, app);
  return stable.length > 0 && canary.length > 0;
}

export const weightOf = ({ weight = 1 }: BackendRef): number => weight;
export const weightSum = (refs: readonly BackendRef[]): number => refs.reduce((sum, ref) => sum + weightOf(ref), 0);

/** The canary's share, in percent, of what a split rule sends to stable and the canary together. */
export function percentOf(rule: Rule, app: Application): number {
  const { stable, canary } = backendsOf(rule, app);
  const sum = weightSum(stable) + weightSum(canary);
  return sum === 0 ? 0 : (100 * weightSum(canary)) / sum;
}

/**
 * What stable and the canary share among them: 100 in a rule of their own. Beside a third backend that has traffic it is what
 * they have together now, so that the third one keeps its share.
 */
export function scaleOf(rule: Rule, app: Application): number {
  const { stable, canary, other } = backendsOf(rule, app);
  return weightSum(other) > 0 ? weightSum(stable) + weightSum(canary) : 100;
}

/** The canary's weight on a scale: an integer, as the Gateway API wants it. */
export const canaryWeight = (scale: number, percent: number): number => Math.round((scale * percent) / 100);

/** The same rule with another split; any rule that is no split rule as it is. */
export function withPercent(rule: Rule, app: Application, percent: number): Rule {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
    throw new Failure(
      'INTERNAL',
      `A canary weight of ${percent} % was asked for.`,
      'Please report this: only integers from 0 to 100 can be written.',
    );
  }
  if (!isSplit(rule, app)) return rule;
  const { stable, canary } = backendsOf(rule, app);
  const scale = scaleOf(rule, app);
  const weights = new Map([...spread(stable, scale - canaryWeight(scale, percent)), ...spread(canary, canaryWeight(scale, percent))]);
  return { ...rule, backendRefs: rule.backendRefs?.map((ref) => (weights.has(ref) ? { ...ref, weight: weights.get(ref) } : ref)) } as Rule;
}

/**
 * A weight given to the references of one Service, in the proportion they have. The preflight refuses more than one, but the way
 * back to weight 0 has to stay open when one is added during a rollout.
 */
function spread(refs: readonly BackendRef[], total: number): readonly (readonly [BackendRef, number])[] {
  const sum = weightSum(refs);
  const shares = refs.map((ref) => (sum === 0 ? 0 : Math.floor((total * weightOf(ref)) / sum)));
  const rest = total - shares.reduce((all, share) => all + share, 0);
  return refs.map((ref, index) => [ref, (shares[index] ?? 0) + (index === 0 ? rest : 0)]);
}
