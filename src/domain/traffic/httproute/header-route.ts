import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { backendsFor } from './form.ts';
import { matchesOf, outranks } from './match.ts';
import type { Rule } from './shape.ts';

/** Split rules whose requests have no way to the canary by a header: people and edge checks then meet it only by chance. */
export const headerRouteProblems = (
  splits: readonly { readonly rule: Rule; readonly text: string }[],
  headerRoutes: readonly Rule[],
  app: Application,
): readonly Problem[] =>
  splits
    .filter(({ rule }) => !matchesOf(rule).every((match) => headerRoutes.flatMap(matchesOf).some((special) => outranks(special, match))))
    .map(({ rule, text }) => ({
      what: `No header route covers ${text}: nobody can ask for the canary there before it has weight.`,
      remedy: 'Add this rule under spec.rules; the header makes it take precedence:',
      yaml: yamlText([headerRouteFor(rule, app)]),
    }));

function headerRouteFor(rule: Rule, app: Application): Rule {
  const { name: _, backendRefs: __, sessionPersistence: ___, ...rest } = rule;
  const taken = matchesOf(rule).flatMap(({ headers = [] }) => headers.map((header) => header.name.toLowerCase()));
  const header = { name: taken.includes('x-canary') ? 'x-canary-release' : 'x-canary', value: 'true' };
  const backendRefs = backendsFor(rule, app, 'canary')
    .slice(0, 1)
    .map(({ weight: _weight, ...ref }) => ref);
  return { ...rest, matches: matchesOf(rule).map((match) => ({ ...match, headers: [...(match.headers ?? []), header] })), backendRefs };
}
