import type { Application } from '../router.ts';
import * as weights from '../weights/split.ts';
import type { BackendRef, Rule } from './shape.ts';

/** Whose backend it is. A Service of another namespace, and anything that is no Service, is neither stable nor the canary. */
export function armOf(ref: BackendRef, app: Application): weights.Leg['arm'] {
  const isService = (ref.group ?? '') === '' && (ref.kind ?? 'Service') === 'Service';
  if (!isService || (ref.namespace ?? app.namespace) !== app.namespace) return 'other';
  if (ref.name === app.service) return 'stable';
  return ref.name === app.canaryService ? 'canary' : 'other';
}

export interface Backends {
  readonly stable: readonly BackendRef[];
  readonly canary: readonly BackendRef[];
}

export function backendsOf({ backendRefs = [] }: Rule, app: Application): Backends {
  const of = (arm: string) => backendRefs.filter((ref) => armOf(ref, app) === arm);
  return { stable: of('stable'), canary: of('canary') };
}

export const weightOf = ({ weight = 1 }: BackendRef): number => weight;

export const legsOf = ({ backendRefs = [] }: Rule, app: Application) =>
  backendRefs.map((ref) => ({
    arm: armOf(ref, app),
    weight: weightOf(ref),
    name: ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`,
  }));

/** A rule whose weights are ours to change: it has both backends. */
export const isSplit = (rule: Rule, app: Application): boolean => weights.isSplit(legsOf(rule, app));

/** The canary's share, in percent, of what a split rule sends to stable and the canary together. */
export const percentOf = (rule: Rule, app: Application): number => weights.percentOf(legsOf(rule, app));

/** The same rule with another split; any rule that is no split rule as it is. */
export function withPercent(rule: Rule, app: Application, percent: number): Rule {
  const legs = legsOf(rule, app);
  const wanted = weights.weightsFor(legs, percent);
  if (!weights.isSplit(legs)) return rule;
  const backendRefs = rule.backendRefs?.map((ref, index) => (legs[index]?.arm === 'other' ? ref : { ...ref, weight: wanted[index] }));
  return { ...rule, backendRefs } as Rule;
}
