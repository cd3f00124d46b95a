import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application, Inspection } from '../router.ts';
import { roundedPercent } from '../weights/split.ts';
import { scaleProblems, thirdBackendWarnings } from '../weights/third-backend.ts';
import { headerRouteProblems } from './header-route.ts';
import { headersOf, isHeaderRoute, ruleText, sendsOnlyToCanary } from './match.ts';
import { type BackendRef, type Rule, routeSpec, rulesOf } from './shape.ts';
import { backendsOf, isSplit, percentOf } from './split.ts';
import { fittedTo, weighed } from './third-backend.ts';

/** What a rollout needs from a route, looked at before anything is written. */
export function inspectRoute(route: KubernetesObject | undefined, app: Application, weights: readonly number[]): Inspection {
  const name = `HTTPRoute ${app.namespace}/${app.route}`;
  if (route === undefined) return { problems: [missing(name)], warnings: [], splits: [], untouched: [], headers: [] };
  const rules = rulesOf(route).map((rule, index) => ({ rule, text: ruleText(rule, index) }));
  const splits = rules.filter(({ rule }) => isSplit(rule, app));
  const others = rules.filter(({ rule }) => !isSplit(rule, app));
  const headerRoutes = others.map(({ rule }) => rule).filter((rule) => isHeaderRoute(rule, app));
  return {
    problems: [
      ...((routeSpec(route).parentRefs ?? []).length === 0 ? [orphaned(name)] : []),
      ...(splits.length === 0 ? [unsplit(route, name, app, rules, weights)] : []),
      ...splits.flatMap(({ rule, text }) => [...ambiguous(rule, text, app), ...scaleProblems(weighed(rule, text, app), weights)]),
    ],
    warnings: [
      ...splits.flatMap(({ rule, text }) => [...thirdBackendWarnings(weighed(rule, text, app)), ...sticky(rule, text)]),
      ...others.flatMap(({ rule, text }) => bypass(rule, text, app)),
      ...rules.flatMap(({ rule, text }) => mirror(rule, text, app)),
      ...headerRouteProblems(splits, headerRoutes, app),
    ],
    splits: splits.map(
      ({ rule, text }) => `${text} is split: the canary \`${app.canaryService}\` has ${roundedPercent(percentOf(rule, app))} % now`,
    ),
    untouched: others.map(({ rule, text }) => `${text} is left alone: ${purpose(rule, app)}`),
    headers: headerRoutes.flatMap(headersOf),
  };
}

const missing = (name: string): Problem => ({
  what: `${name} is not there.`,
  remedy:
    'Create it, or name the HTTPRoute of the service in the input `route`. Check `router`, and that the kind is installed in the cluster.',
});

const orphaned = (name: string): Problem => ({
  what: `${name} names no parent in spec.parentRefs, so no gateway serves it.`,
  remedy: 'Add the Gateway to spec.parentRefs.',
});

/** The rules that go to stable get the canary at weight 0; where there is none, a whole rule is proposed. */
function unsplit(
  route: KubernetesObject,
  name: string,
  app: Application,
  rules: readonly { readonly rule: Rule; readonly text: string }[],
  weights: readonly number[],
): Problem {
  const stableRules = rules.filter(({ rule }) => backendsOf(rule, app).stable.length > 0);
  if (stableRules.length > 0) {
    return {
      what: `${name} has no rule with the canary's backend \`${app.canaryService}\` beside \`${app.service}\`: ${stableRules.map(({ text }) => text).join('; ')}.`,
      remedy: 'Put it in at weight 0, in each rule that is to be split. The rule then reads:',
      yaml: yamlText(stableRules.map(({ rule }) => withCanary(rule, app, weights))),
      mended: {
        ...route,
        spec: {
          ...routeSpec(route),
          rules: rulesOf(route).map((rule) => (backendsOf(rule, app).stable.length > 0 ? withCanary(rule, app, weights) : rule)),
        },
      },
    };
  }
  const port = rules.flatMap(({ rule }) => backendsOf(rule, app).canary).find((ref) => ref.port !== undefined)?.port ?? 80;
  return {
    what: `${name} has no rule that sends requests to the Service \`${app.service}\`.`,
    remedy: `Name the route of the service in the input \`route\`, or add a rule under spec.rules, with the port of the Service for ${port}:`,
    yaml: yamlText([
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [
          { name: app.service, port, weight: 100 },
          { name: app.canaryService, port, weight: 0 },
        ],
      },
    ]),
  };
}

function withCanary(rule: Rule, app: Application, weights: readonly number[]): Rule {
  const { stable } = backendsOf(rule, app);
  const added = stable.slice(0, 1).map((ref): BackendRef => ({ ...ref, name: app.canaryService, weight: 0 }));
  const mended = { ...rule, backendRefs: [...(rule.backendRefs ?? []), ...added] };
  return fittedTo(mended, app, weights) ?? mended;
}

function ambiguous(rule: Rule, text: string, app: Application): readonly Problem[] {
  const { stable, canary } = backendsOf(rule, app);
  return [stable, canary]
    .filter((refs) => refs.length > 1)
    .map((refs) => ({
      what: `${text} names the Service \`${refs[0]?.name}\` ${refs.length} times (ports ${refs.map(({ port }) => port ?? 'none').join(', ')}): how its share is to be divided among them cannot be told, and at weight 0 the division would be lost.`,
      remedy: 'Give each port a rule of its own, with stable and canary once in each.',
    }));
}

const sticky = (rule: Rule, text: string): readonly Problem[] =>
  rule['sessionPersistence'] === undefined
    ? []
    : [
        {
          what: `${text} has sessionPersistence: users may stay on the version that they met first, so the measured share follows a weight late, also on the way back.`,
          remedy: 'Allow for it in the stages and in `drain`, or leave sessionPersistence out of the rule during rollouts.',
        },
      ];

/** Traffic that reaches the canary whatever its weight is, without anyone having asked for it with a header. */
const bypass = (rule: Rule, text: string, app: Application): readonly Problem[] =>
  sendsOnlyToCanary(rule, app) && !isHeaderRoute(rule, app)
    ? [
        {
          what: `${text} sends everything to the canary \`${app.canaryService}\`, whatever its weight is, and not only what asks for it with a header. No rollout and no rollback changes that.`,
          remedy: 'Add the stable backend to the rule, or a header match, if these requests are not meant to depend on the canary.',
        },
      ]
    : [];

const mirror = (rule: Rule, text: string, app: Application): readonly Problem[] =>
  (rule.filters ?? []).some(({ requestMirror }) => requestMirror?.backendRef?.name === app.canaryService)
    ? [
        {
          what: `${text} mirrors requests to the canary \`${app.canaryService}\` at every weight. They count in its metrics, and its answers to them reach nobody.`,
          remedy: 'Leave mirrored requests out of the queries of the criteria, or take the filter out.',
        },
      ]
    : [];

function purpose(rule: Rule, app: Application): string {
  if (isHeaderRoute(rule, app)) return 'it is a header route to the canary';
  if (sendsOnlyToCanary(rule, app)) return 'it goes to the canary only';
  const { stable, canary } = backendsOf(rule, app);
  if (canary.length > 0) return 'it names the canary at weight 0 and no backend of the service beside it';
  return stable.length > 0
    ? `it goes to \`${app.service}\` and not to the canary, so it gets the new version with the promotion`
    : 'it goes elsewhere';
}
