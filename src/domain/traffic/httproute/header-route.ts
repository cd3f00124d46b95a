import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { type NamedRule, rulesOf, yamlWith } from '../rules/form.ts';
import { backendsFor, form } from './form.ts';
import { matchesOf, outranks } from './match.ts';
import type { Rule } from './shape.ts';

/** Split rules whose requests have no way to the canary by a header: people and edge checks then meet it only by chance. */
export function headerRouteProblems(
  route: KubernetesObject,
  splits: readonly NamedRule<Rule>[],
  headerRoutes: readonly Rule[],
  app: Application,
): readonly Problem[] {
  const specials = headerRoutes.flatMap(matchesOf);
  const uncovered = splits.filter(({ rule }) => !matchesOf(rule).every((match) => specials.some((special) => outranks(special, match))));
  if (uncovered.length === 0) return [];
  return [
    {
      what: `No header route covers ${uncovered.map(({ text }) => text).join('; ')}: nobody can ask for the canary there before it has weight.`,
      remedy: 'Add a rule for it; the header makes it take precedence:',
      yaml: yamlWith(form, route, [...uncovered.map(({ rule }) => headerRouteFor(rule, app)), ...rulesOf(form, route)]),
    },
  ];
}

function headerRouteFor(rule: Rule, app: Application): Rule {
  const { name: _, backendRefs: __, sessionPersistence: ___, ...rest } = rule;
  const taken = matchesOf(rule).flatMap(({ headers = [] }) => headers.map((header) => header.name.toLowerCase()));
  const header = { name: taken.includes('x-canary') ? 'x-canary-release' : 'x-canary', value: 'true' };
  const backendRefs = backendsFor(rule, app, 'canary')
    .slice(0, 1)
    .map(({ weight: _weight, ...ref }) => ref);
  return { ...rest, matches: matchesOf(rule).map((match) => ({ ...match, headers: [...(match.headers ?? []), header] })), backendRefs };
}
