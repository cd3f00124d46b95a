import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application, Inspection } from '../router.ts';
import { bypasses, headerSplits, mirrors, namedRules, notThere, purpose, splitTexts } from '../rules/findings.ts';
import { type NamedRule, rulesOf, weighed } from '../rules/form.ts';
import { shadowFindings } from '../rules/shadow.ts';
import { scaleProblems, thirdBackendWarnings } from '../weights/third-backend.ts';
import { edgeFindings } from './edge.ts';
import { armOf, destinationsFor, form, nameOf } from './form.ts';
import { headerRouteProblems } from './header-route.ts';
import { choice, headersOf } from './match.ts';
import { halfNames, meshFindings } from './mesh.ts';
import { unsplit } from './missing-split.ts';
import { portsBesides, portWarnings } from './ports.ts';
import { rivalFindings } from './rivals.ts';
import { destinationsOf, type HttpRule, specOf } from './shape.ts';
import { elsewhereWarnings, policyWarnings, subsetProblems } from './subset-problems.ts';
import { mixedIn, withoutSubset } from './without-subset.ts';

/** What a rollout needs from a VirtualService and from what stands around it, looked at before anything is written. */
export function inspectRoute(
  route: KubernetesObject | undefined,
  app: Application,
  weights: readonly number[],
  around: readonly KubernetesObject[],
): Inspection {
  if (route === undefined) return { problems: [notThere(form, app)], warnings: [], splits: [], untouched: [], headers: [] };
  const name = `VirtualService ${app.namespace}/${app.route}`;
  const { all, splits, others, headerRoutes } = namedRules(form, rulesOf(form, route), app);
  const own = splits
    .flatMap(({ rule }) => destinationsOf(rule).map(({ destination }) => destination))
    .filter((each) => armOf(each, app) !== 'other');
  const ways = [
    shadowFindings(form, route, { all, splits }, app, choice),
    ...meshFindings(route, app, around),
    edgeFindings(route, app, around),
    rivalFindings(route, app, around),
  ];
  return {
    problems: [
      ...(splits.length === 0 ? [unsplit(route, app, weights)] : withoutSubset(route, all, app)),
      ...splits.flatMap((split) => [...ambiguous(split, app), ...scaleProblems(weighed(form, route, split, app), weights)]),
      ...halfNames(
        all.map(({ rule }) => rule),
        app,
      ),
      ...subsetProblems(own, app, around),
      ...ways.flatMap(({ problems }) => problems),
    ],
    warnings: [
      ...splits.flatMap((split) => thirdBackendWarnings(weighed(form, route, split, app))),
      ...bypasses(form, others, app),
      ...headerSplits(form, route, { all, splits }, app),
      ...mirrors(form, all, app),
      ...headerRouteProblems(route, all, splits, app),
      ...portWarnings(splits, app, around),
      ...(splits.length === 0 ? [] : portsBesides(route, app, around)),
      ...unsplitProtocols(route, name, app),
      ...policyWarnings(app, around),
      ...elsewhereWarnings(app, around),
      ...ways.flatMap(({ warnings }) => warnings),
    ],
    splits: splitTexts(form, splits, app),
    untouched: [
      ...others.map(({ rule, text }) => `${text} is left alone: ${purposeOf(rule, app)}`),
      ...protocolsOf(route).map(({ protocol, count }) => `${count} ${protocol} ${count === 1 ? 'rule is' : 'rules are'} left alone`),
    ],
    headers: headerRoutes.flatMap(({ rule }) => headersOf(rule)),
  };
}

function ambiguous({ rule, text }: NamedRule<HttpRule>, app: Application): readonly Problem[] {
  return (['stable', 'canary'] as const)
    .map((arm) => destinationsFor(rule, app, arm))
    .filter((destinations) => destinations.length > 1)
    .map((destinations) => ({
      what: `${text} names ${destinations.map(({ destination }) => `\`${nameOf(destination)}\` (port ${destination.port?.number ?? 'any'})`).join(' and ')}, which are the same side: how its share is to be divided among them cannot be told, and at weight 0 the division would be lost.`,
      remedy: 'Give each a rule of its own, with stable and canary once in each.',
    }));
}

const protocolsOf = (route: KubernetesObject) =>
  (['tcp', 'tls'] as const)
    .map((protocol) => ({ protocol, count: (specOf(route)[protocol] ?? []).length }))
    .filter(({ count }) => count > 0);

function unsplitProtocols(route: KubernetesObject, name: string, app: Application): readonly Problem[] {
  return protocolsOf(route).map(({ protocol, count }) => {
    const rules = specOf(route)[protocol] ?? [];
    return {
      what: `${name} has ${count} ${protocol} ${count === 1 ? 'rule' : 'rules'}: connections are not split, only http requests are.`,
      remedy: rules.every((rule) => mixedIn(rule, app).length === 0 && destinationsFor(rule, app, 'canary').length === 0)
        ? 'Nothing, if these connections are to meet the new version only with the promotion.'
        : `Send these connections to \`${form.sides(app).stable}\` alone: as it stands, the canary gets some whatever its weight is.`,
    };
  });
}

function purposeOf(rule: HttpRule, app: Application): string {
  if (rule.delegate !== undefined) return `it delegates to VirtualService ${rule.delegate.name ?? ''}, which is not looked at`;
  if (rule.redirect !== undefined || rule.directResponse !== undefined) return 'it is answered by the proxy itself';
  return purpose(form, rule, app);
}
