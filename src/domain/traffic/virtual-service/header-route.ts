import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { isHeaderRoute } from '../rules/findings.ts';
import { type NamedRule, yamlWith } from '../rules/form.ts';
import { destinationsFor, form } from './form.ts';
import { matchesOf, outranks } from './match.ts';
import type { HttpRule } from './shape.ts';

/** Split rules whose requests have no way to the canary by a header: people and edge checks then meet it only by chance. */
export function headerRouteProblems(
  route: KubernetesObject,
  rules: readonly NamedRule<HttpRule>[],
  splits: readonly NamedRule<HttpRule>[],
  app: Application,
): readonly Problem[] {
  const uncovered = splits.filter((split) => {
    // The first rule that matches wins: one that comes later is never asked.
    const before = rules.slice(0, rules.indexOf(split)).filter(({ rule }) => isHeaderRoute(form, rule, app));
    const specials = before.flatMap(({ rule }) => matchesOf(rule));
    return !matchesOf(split.rule).every((match) => specials.some((special) => outranks(special, match)));
  });
  if (uncovered.length === 0) return [];
  return [
    {
      what: `No header route comes before ${uncovered.map(({ text }) => text).join('; ')}: nobody can ask for the canary there before it has weight.`,
      remedy: 'Put a rule for it in front; the first rule that matches wins:',
      yaml: yamlWith(
        form,
        route,
        rules.flatMap((named) => (uncovered.includes(named) ? [headerRouteFor(named.rule, app), named.rule] : [named.rule])),
      ),
    },
  ];
}

function headerRouteFor(rule: HttpRule, app: Application): HttpRule {
  const { name: _, match: __, route: ___, mirror: ____, mirrors: _____, fault: ______, ...rest } = rule;
  const taken = matchesOf(rule).flatMap(({ headers = {} }) => Object.keys(headers).map((header) => header.toLowerCase()));
  const header = taken.includes('x-canary') ? 'x-canary-release' : 'x-canary';
  const route = destinationsFor(rule, app, 'canary')
    .slice(0, 1)
    .map(({ weight: _weight, ...destination }) => destination);
  return {
    match: matchesOf(rule).map(({ name: _name, ...match }) => ({ ...match, headers: { ...match.headers, [header]: { exact: 'true' } } })),
    ...rest,
    route,
  };
}
