import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application, Inspection } from '../router.ts';
import { roundedPercent } from '../weights/split.ts';
import { scaleProblems, thirdBackendWarnings } from '../weights/third-backend.ts';
import { edgeFindings } from './edge.ts';
import { headerRouteProblems } from './header-route.ts';
import { sideNames } from './host.ts';
import { headersOf, isHeaderRoute, ruleText, sendsOnlyToCanary } from './match.ts';
import { halfNames, meshFindings, portWarnings } from './mesh.ts';
import { unsplit } from './missing-split.ts';
import { destinationsOf, type HttpRule, rulesOf, specOf } from './shape.ts';
import { armOf, destinationsFor, isSplit, nameOf, percentOf } from './split.ts';
import { policyWarnings, subsetProblems } from './subset-problems.ts';
import { weighed } from './weighed.ts';

/** What a rollout needs from a VirtualService and from what stands around it, looked at before anything is written. */
export function inspectRoute(
  route: KubernetesObject | undefined,
  app: Application,
  weights: readonly number[],
  around: readonly KubernetesObject[],
): Inspection {
  const name = `VirtualService ${app.namespace}/${app.route}`;
  if (route === undefined) return { problems: [missing(name)], warnings: [], splits: [], untouched: [], headers: [] };
  const rules = rulesOf(route).map((rule, index) => ({ rule, text: ruleText(rule, index) }));
  const splits = rules.filter(({ rule }) => isSplit(rule, app));
  const others = rules.filter(({ rule }) => !isSplit(rule, app));
  const headerRoutes = others.filter(({ rule }) => isHeaderRoute(rule, app));
  const own = splits
    .flatMap(({ rule }) => destinationsOf(rule).map(({ destination }) => destination))
    .filter((each) => armOf(each, app) !== 'other');
  const mesh = [...meshFindings(route, app, around), edgeFindings(route, app, around)];
  const { canary } = sideNames(app);
  return {
    problems: [
      ...(splits.length === 0 ? [unsplit(route, name, app, rules, weights)] : []),
      ...splits.flatMap(({ rule, text }) => [...ambiguous(rule, text, app), ...scaleProblems(weighed(rule, text, app), weights)]),
      ...halfNames(
        rules.map(({ rule }) => rule),
        app,
      ),
      ...subsetProblems(own, app, around),
      ...mesh.flatMap(({ problems }) => problems),
    ],
    warnings: [
      ...splits.flatMap(({ rule, text }) => thirdBackendWarnings(weighed(rule, text, app))),
      ...others.flatMap(({ rule, text }) => bypass(rule, text, app)),
      ...rules.flatMap(({ rule, text }) => mirror(rule, text, app)),
      ...headerRouteProblems(rules, splits, app),
      ...portWarnings(splits, app, around),
      ...unsplitProtocols(route, name),
      ...policyWarnings(app, around),
      ...mesh.flatMap(({ warnings }) => warnings),
    ],
    splits: splits.map(({ rule, text }) => `${text} is split: the canary \`${canary}\` has ${roundedPercent(percentOf(rule, app))} % now`),
    untouched: [
      ...others.map(({ rule, text }) => `${text} is left alone: ${purpose(rule, app)}`),
      ...protocolsOf(route).map(({ protocol, count }) => `${count} ${protocol} ${count === 1 ? 'rule is' : 'rules are'} left alone`),
    ],
    headers: headerRoutes.flatMap(({ rule }) => headersOf(rule)),
  };
}

const missing = (name: string): Problem => ({
  what: `${name} is not there.`,
  remedy:
    'Create it, or name the VirtualService of the service in the input `route`. Check `router`, and that the kind is installed in the cluster.',
});

function ambiguous(rule: HttpRule, text: string, app: Application): readonly Problem[] {
  return (['stable', 'canary'] as const)
    .map((arm) => destinationsFor(rule, app, arm))
    .filter((destinations) => destinations.length > 1)
    .map((destinations) => ({
      what: `${text} names ${destinations.map(({ destination }) => `\`${nameOf(destination)}\` (port ${destination.port?.number ?? 'any'})`).join(' and ')}, which are the same side: how its share is to be divided among them cannot be told, and at weight 0 the division would be lost.`,
      remedy: 'Give each a rule of its own, with stable and canary once in each.',
    }));
}

/** Traffic that reaches the canary whatever its weight is, without anyone having asked for it with a header. */
const bypass = (rule: HttpRule, text: string, app: Application): readonly Problem[] =>
  sendsOnlyToCanary(rule, app) && !isHeaderRoute(rule, app)
    ? [
        {
          what: `${text} sends everything to the canary \`${sideNames(app).canary}\`, whatever its weight is, and not only what asks for it with a header. No rollout and no rollback changes that.`,
          remedy: 'Add the stable destination to the rule, or a header match, if these requests are not meant to depend on the canary.',
        },
      ]
    : [];

const mirror = (rule: HttpRule, text: string, app: Application): readonly Problem[] =>
  [...(rule.mirror === undefined ? [] : [rule.mirror]), ...(rule.mirrors ?? []).map(({ destination }) => destination)].some(
    (destination) => armOf(destination, app) === 'canary',
  )
    ? [
        {
          what: `${text} mirrors requests to the canary \`${sideNames(app).canary}\` at every weight. They count in its metrics, and its answers to them reach nobody.`,
          remedy: 'Leave mirrored requests out of the queries of the criteria, or take the mirror out.',
        },
      ]
    : [];

const protocolsOf = (route: KubernetesObject) =>
  (['tcp', 'tls'] as const)
    .map((protocol) => ({ protocol, count: (specOf(route)[protocol] ?? []).length }))
    .filter(({ count }) => count > 0);

const unsplitProtocols = (route: KubernetesObject, name: string): readonly Problem[] =>
  protocolsOf(route).map(({ protocol, count }) => ({
    what: `${name} has ${count} ${protocol} ${count === 1 ? 'rule' : 'rules'}: connections are not split, only http requests are.`,
    remedy: 'Nothing, if these connections are to meet the new version only with the promotion.',
  }));

function purpose(rule: HttpRule, app: Application): string {
  if (rule.delegate !== undefined) return `it delegates to VirtualService ${rule.delegate.name ?? ''}, which is not looked at`;
  if (rule.redirect !== undefined || rule.directResponse !== undefined) return 'it is answered by the proxy itself';
  if (isHeaderRoute(rule, app)) return 'it is a header route to the canary';
  if (sendsOnlyToCanary(rule, app)) return 'it goes to the canary only';
  if (destinationsFor(rule, app, 'canary').length > 0) return 'it names the canary at weight 0 and no destination of stable beside it';
  return destinationsFor(rule, app, 'stable').length > 0
    ? `it goes to \`${sideNames(app).stable}\` and not to the canary, so it gets the new version with the promotion`
    : 'it goes elsewhere';
}
