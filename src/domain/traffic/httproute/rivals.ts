import { HTTPRoute } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Findings, Problem } from '../../rollout/problem.ts';
import { allOf } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { type NamedRule, rulesOf } from '../rules/form.ts';
import { isWithin } from '../virtual-service/host.ts';
import { isTurnedDown, parentText, sameParent } from './acceptance.ts';
import { backendsFor, form } from './form.ts';
import { isSame, matchesOf, takesAll } from './match.ts';
import { type Match, type ParentRef, type Rule, routeSpec } from './shape.ts';

/** Where requests come to a split: one match of it, at one parent, for one hostname. */
interface Entry {
  readonly split: NamedRule<Rule>;
  readonly match: Match;
  readonly parent: ParentRef;
  /** `*` where the route names none. */
  readonly host: string;
}

/**
 * Other HTTPRoutes of the namespace for the same requests. A parent puts the routes together and serves the most specific: by hostname, then
 * path, method, the numbers of headers and of query parameters. Between two that are alike the older one is served, and of one age the
 * first by name. By different matches a host is shared on purpose: nothing is said of them.
 */
export function rivalFindings(
  route: KubernetesObject,
  splits: readonly NamedRule<Rule>[],
  app: Application,
  around: readonly KubernetesObject[],
): Findings {
  const entries = entriesOf(route, splits);
  const others = allOf(HTTPRoute, around).filter(({ metadata }) => metadata.namespace === app.namespace && metadata.name !== app.route);
  const earlier = others.filter((other) => isBefore(other, route));
  const taken = entries.flatMap((entry) => earlier.find((other) => rivalry(other, entry)?.takes === 'all') ?? []);
  if (entries.length > 0 && taken.length === entries.length)
    return { problems: [nothingLeft([...new Set(taken)], entries, app)], warnings: [] };
  return {
    problems: [],
    warnings: [...earlier.flatMap((other) => partly(other, entries, app)), ...others.flatMap((other) => narrower(other, entries, app))],
  };
}

const entriesOf = (route: KubernetesObject, splits: readonly NamedRule<Rule>[]): readonly Entry[] =>
  splits.flatMap((split) =>
    matchesOf(split.rule).flatMap((match) =>
      (routeSpec(route).parentRefs ?? []).flatMap((parent) => hostsOf(route).map((host) => ({ split, match, parent, host }))),
    ),
  );

function hostsOf(route: KubernetesObject): readonly string[] {
  const { hostnames = [] } = routeSpec(route);
  return hostnames.length === 0 ? ['*'] : hostnames;
}

function isBefore({ metadata: other }: KubernetesObject, { metadata: own }: KubernetesObject): boolean {
  const [theirs = '', ours = ''] = [other.creationTimestamp, own.creationTimestamp];
  return theirs < ours || (theirs === ours && other.name < own.name);
}

/** What an earlier route takes of the requests of an entry. Which of two patterns for a path comes first is up to each implementation. */
function rivalry(
  other: KubernetesObject,
  { match, parent, host }: Entry,
): { readonly takes: 'all' | 'some'; readonly by: Rule } | undefined {
  const by = rulesOf(form, other).find((rule) => matchesOf(rule).some((each) => isSame(each, match)));
  const shared = parentsWith(other, parent);
  if (by === undefined || shared.length === 0 || !hostsOf(other).includes(host)) return undefined;
  const isPattern = match.path?.type === 'RegularExpression';
  return { by, takes: !isPattern && shared.some((each) => isWithinParent(parent, each)) ? 'all' : 'some' };
}

const parentsWith = (other: KubernetesObject, parent: ParentRef): readonly ParentRef[] =>
  (routeSpec(other).parentRefs ?? []).filter((each) => meet(each, parent, other.metadata.namespace ?? '') && !isTurnedDown(other, each));

/** Without a section it is every listener, and without a port every port. */
const meet = (one: ParentRef, other: ParentRef, namespace: string): boolean =>
  sameParent(whole(one), whole(other), namespace) &&
  (one.sectionName === undefined || other.sectionName === undefined || one.sectionName === other.sectionName) &&
  (one.port === undefined || other.port === undefined || one.port === other.port);

const whole = ({ sectionName: _, port: __, ...parent }: ParentRef): ParentRef => parent;

const isWithinParent = (parent: ParentRef, wide: ParentRef): boolean =>
  (wide.sectionName ?? parent.sectionName) === parent.sectionName && (wide.port ?? parent.port) === parent.port;

const order = 'of routes with the same match the Gateway API serves the older one, and of one age the first by name';

const nothingLeft = (others: readonly KubernetesObject[], entries: readonly Entry[], app: Application): Problem => ({
  what: `${others.map(nameOf).join(', ')} goes before ${app.route} for ${listed(entries, app)}: ${order}. No request reaches the split, so its weights have no effect.`,
  remedy: 'Leave these requests in one of them: take the match out of the other, or delete it.',
});

/** Plain HTTP that is sent to HTTPS comes back by its other listener: a redirect takes nothing away for good. */
function partly(other: KubernetesObject, entries: readonly Entry[], app: Application): readonly Problem[] {
  const found = entries.filter((entry) => {
    const rival = rivalry(other, entry);
    return rival !== undefined && !isRedirect(rival.by);
  });
  if (found.length === 0) return [];
  return [
    {
      what: `${nameOf(other)} goes before ${app.route} for ${listed(found, app)}: ${order}. What it takes there does not follow the weights.`,
      remedy: 'Take the match out of one of them, or give the other the same split by hand.',
    },
  ];
}

/** The narrower hostname is served, whatever the age. Where it leads to another service, that is what it is for. */
function narrower(other: KubernetesObject, entries: readonly Entry[], app: Application): readonly Problem[] {
  const own = entries.map(({ host }) => host);
  const rules = rulesOf(form, other).filter((rule) =>
    (['stable', 'canary'] as const).some((arm) => backendsFor(rule, app, arm).length > 0),
  );
  const takes = ({ match, parent }: Entry) =>
    (parent.kind ?? 'Gateway') === 'Gateway' &&
    parentsWith(other, parent).length > 0 &&
    rules.flatMap(matchesOf).some((each) => takesAll(each, match));
  const hosts = hostsOf(other).filter((host) => !own.includes(host) && entries.some((entry) => isWithin(host, entry.host) && takes(entry)));
  if (hosts.length === 0) return [];
  return [
    {
      what: `Requests for ${hosts.map((host) => `\`${host}\``).join(', ')} follow ${nameOf(other)}, whose hostname is the narrower one, and not the weights of ${app.route}.`,
      remedy: `Give it the same split by hand, or take the hostname out of it, so that ${app.route} has it.`,
    },
  ];
}

const isRedirect = ({ filters = [] }: Rule): boolean => filters.some(({ type }) => type === 'RequestRedirect');

const nameOf = ({ metadata }: KubernetesObject): string => `HTTPRoute ${metadata.namespace}/${metadata.name}`;

const listed = (entries: readonly Entry[], { namespace }: Application): string =>
  [
    ...new Set(
      entries.map(({ split, host, parent }) => `${split.text}${host === '*' ? '' : ` of \`${host}\``} at ${parentText(parent, namespace)}`),
    ),
  ].join('; ');
