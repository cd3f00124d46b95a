import { HTTPRoute } from '../../kubernetes/kinds.ts';
import type { Application } from '../router.ts';
import type { RuleForm } from '../rules/form.ts';
import type { Leg } from '../weights/split.ts';
import { matchesOf, ruleText } from './match.ts';
import type { BackendRef, Rule } from './shape.ts';

/** Whose backend it is. A Service of another namespace, and anything that is no Service, is neither stable nor the canary. */
export function armOf(ref: BackendRef, app: Application): Leg['arm'] {
  const isService = (ref.group ?? '') === '' && (ref.kind ?? 'Service') === 'Service';
  if (!isService || (ref.namespace ?? app.namespace) !== app.namespace) return 'other';
  if (ref.name === app.service) return 'stable';
  return ref.name === app.canaryService ? 'canary' : 'other';
}

export const backendsFor = ({ backendRefs = [] }: Rule, app: Application, arm: Leg['arm']): readonly BackendRef[] =>
  backendRefs.filter((ref) => armOf(ref, app) === arm);

export const form: RuleForm<Rule> = {
  kind: HTTPRoute,
  field: 'rules',
  destinations: 'backendRefs',
  target: 'backend',
  largestWeight: 1_000_000,
  sides: ({ service, canaryService }) => ({ stable: service, canary: canaryService }),
  canaryPortsOf: (rule, app) => backendsFor(rule, app, 'canary').flatMap(({ port }) => port ?? []),
  legsOf: ({ backendRefs = [] }, app) =>
    backendRefs.map((ref) => ({
      arm: armOf(ref, app),
      weight: ref.weight ?? 1,
      name: ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`,
    })),
  weighted: (rule, weights) => ({
    ...rule,
    backendRefs: (rule.backendRefs ?? []).map((ref, index) => {
      const weight = weights[index];
      return weight === undefined ? ref : { ...ref, weight };
    }),
  }),
  text: ruleText,
  asksForHeaders: (rule) => matchesOf(rule).every(({ headers = [] }) => headers.length > 0),
  mirrorsToCanary: ({ filters = [] }, { canaryService }) =>
    filters.some(({ requestMirror }) => requestMirror?.backendRef?.name === canaryService),
};
