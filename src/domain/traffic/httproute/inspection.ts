import { manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application, Inspection } from '../router.ts';
import { bypasses, headerSplits, mirrors, namedRules, notThere, purpose, splitTexts } from '../rules/findings.ts';
import { fittedTo, type NamedRule, rulesOf, weighed, withRules, yamlWith } from '../rules/form.ts';
import { shadowFindings, withWhole } from '../rules/shadow.ts';
import { scaleProblems, thirdBackendWarnings } from '../weights/third-backend.ts';
import { backendsFor, form } from './form.ts';
import { headerRouteProblems } from './header-route.ts';
import { choice, headersOf } from './match.ts';
import { rivalFindings } from './rivals.ts';
import { type BackendRef, type Rule, routeSpec } from './shape.ts';

/** What a rollout needs from a route, looked at before anything is written. */
export function inspectRoute(
  route: KubernetesObject | undefined,
  app: Application,
  weights: readonly number[],
  around: readonly KubernetesObject[] = [],
): Inspection {
  if (route === undefined) return { problems: [notThere(form, app)], warnings: [], splits: [], untouched: [], headers: [] };
  const name = `HTTPRoute ${app.namespace}/${app.route}`;
  const { all, splits, others, headerRoutes } = namedRules(form, rulesOf(form, route), app);
  const shadow = shadowFindings(form, route, { all, splits }, app, choice);
  const rivals = rivalFindings(route, splits, app, around);
  return {
    problems: [
      ...((routeSpec(route).parentRefs ?? []).length === 0 ? [orphaned(name)] : []),
      ...(splits.length === 0 ? [unsplit(route, app, all, weights)] : []),
      ...splits.flatMap((split) => [...ambiguous(split, app), ...scaleProblems(weighed(form, route, split, app), weights)]),
      ...shadow.problems,
      ...rivals.problems,
    ],
    warnings: [
      ...splits.flatMap((split) => [...thirdBackendWarnings(weighed(form, route, split, app)), ...sticky(split)]),
      ...bypasses(form, others, app),
      ...headerSplits(form, route, { all, splits }, app),
      ...mirrors(form, all, app),
      ...headerRouteProblems(
        route,
        splits,
        headerRoutes.map(({ rule }) => rule),
        app,
      ),
      ...shadow.warnings,
      ...rivals.warnings,
    ],
    splits: splitTexts(form, splits, app),
    untouched: others.map(({ rule, text }) => `${text} is left alone: ${purpose(form, rule, app)}`),
    headers: headerRoutes.flatMap(({ rule }) => headersOf(rule)),
  };
}

const orphaned = (name: string): Problem => ({
  what: `${name} names no parent in spec.parentRefs, so no gateway serves it.`,
  remedy: 'Add the Gateway to spec.parentRefs.',
});

/** The rules that go to stable get the canary at weight 0; where there is none, a whole rule is proposed. */
function unsplit(route: KubernetesObject, app: Application, rules: readonly NamedRule<Rule>[], weights: readonly number[]): Problem {
  const name = `HTTPRoute ${app.namespace}/${app.route}`;
  const stableRules = rules.filter(({ rule }) => backendsFor(rule, app, 'stable').length > 0);
  if (stableRules.length > 0) {
    const mended = withRules(
      form,
      route,
      rules.map(({ rule }) => (backendsFor(rule, app, 'stable').length > 0 ? withCanary(rule, app, weights) : rule)),
    );
    return {
      what: `${name} has no rule with the canary's backend \`${app.canaryService}\` beside \`${app.service}\`: ${stableRules.map(({ text }) => text).join('; ')}.`,
      remedy: 'Put it in at weight 0, in each rule that is to be split. In all of them it reads:',
      yaml: yamlText(manifestOf(mended)),
      mended,
    };
  }
  const port = rules.flatMap(({ rule }) => backendsFor(rule, app, 'canary')).find((ref) => ref.port !== undefined)?.port ?? 80;
  const whole: Rule = {
    matches: [{ path: { type: 'PathPrefix', value: '/' } }],
    backendRefs: [
      { name: app.service, port, weight: 100 },
      { name: app.canaryService, port, weight: 0 },
    ],
  };
  const all = rules.map(({ rule }) => rule);
  const { taker, rules: mended } = withWhole(all, whole, choice, (rule) => led(rule, whole));
  const otherwise = taker === undefined ? 'add a rule' : 'split the rule that takes every request, which goes before any later one';
  return {
    what: `${name} has no rule that sends requests to the Service \`${app.service}\`.`,
    remedy: `Name the route of the service in the input \`route\`, or ${otherwise}, with the port of the Service for ${port}:`,
    yaml: yamlWith(form, route, mended),
  };
}

/** A redirect leads to no backend. */
function led({ filters, ...rule }: Rule, { backendRefs = [] }: Rule): Rule {
  const kept = (filters ?? []).filter(({ type }) => type !== 'RequestRedirect');
  return { ...rule, ...(kept.length === 0 ? {} : { filters: kept }), backendRefs };
}

function withCanary(rule: Rule, app: Application, weights: readonly number[]): Rule {
  const added = backendsFor(rule, app, 'stable')
    .slice(0, 1)
    .map((ref): BackendRef => ({ ...ref, name: app.canaryService, weight: 0 }));
  return fittedTo(form, { ...rule, backendRefs: [...(rule.backendRefs ?? []), ...added] }, app, weights);
}

function ambiguous({ rule, text }: NamedRule<Rule>, app: Application): readonly Problem[] {
  return (['stable', 'canary'] as const)
    .map((arm) => backendsFor(rule, app, arm))
    .filter((refs) => refs.length > 1)
    .map((refs) => ({
      what: `${text} names the Service \`${refs[0]?.name}\` ${refs.length} times (ports ${refs.map(({ port }) => port ?? 'none').join(', ')}): how its share is to be divided among them cannot be told, and at weight 0 the division would be lost.`,
      remedy: 'Give each port a rule of its own, with stable and canary once in each.',
    }));
}

const sticky = ({ rule, text }: NamedRule<Rule>): readonly Problem[] =>
  rule['sessionPersistence'] === undefined
    ? []
    : [
        {
          what: `${text} has sessionPersistence: users may stay on the version that they met first, so the measured share follows a weight late, also on the way back.`,
          remedy: 'Allow for it in the stages and in `drain`, or leave sessionPersistence out of the rule during rollouts.',
        },
      ];
