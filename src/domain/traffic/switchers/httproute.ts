import { HTTPRoute } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { colouredName } from '../../rollout/layout.ts';
import type { Problem } from '../../rollout/problem.ts';
import { acceptanceOf } from '../httproute/acceptance.ts';
import { matchesOf, ruleText } from '../httproute/match.ts';
import { type BackendRef, type ParentRef, type Rule, routeSpec } from '../httproute/shape.ts';
import {
  besideUs,
  type ColouredPlace,
  colourOfService,
  hasBoth,
  liveOf,
  namesColour,
  rulesTold,
  shownName,
  stray,
  switchedWeights,
} from './colours.ts';
import type { ColourPair, Switcher } from './switcher.ts';

/**
 * The rules of a Gateway API HTTPRoute. A rule that asks for headers in each of its matches is a way to one colour on purpose, such as a
 * preview: it is not touched.
 */
export const httpRoute: Switcher = {
  name: 'gateway-api',
  kind: HTTPRoute,
  ownServices: true,
  fields: [{ jq: '.spec.rules[].backendRefs', pointer: '/spec/rules' }],
  defaultRoute: (service) => service,
  live: (route, pair) => liveOf(places(route, pair), pair),
  switched(route, pair, to) {
    const rules = rulesOf(route).map((rule): Rule => {
      const { backendRefs = [] } = rule;
      const { legs } = placeOf(rule, 0, pair);
      if (isPreview(rule) || !namesColour({ legs })) return rule;
      if (!hasBoth(legs))
        return {
          ...rule,
          backendRefs: backendRefs.map((ref, index) =>
            legs[index]?.colour === undefined ? ref : { ...ref, name: colouredName(pair.service, to) },
          ),
        };
      const weights = switchedWeights(legs, to);
      return {
        ...rule,
        backendRefs: backendRefs.map((ref, index) => {
          const weight = weights[index];
          return weight === undefined || weight === (ref.weight ?? 1) ? ref : { ...ref, weight };
        }),
      };
    });
    return { ...route, spec: { ...(route['spec'] as object), rules } };
  },
  inspect(route, pair, others) {
    const all = rulesOf(route).map((rule, index) => ({ preview: isPreview(rule), place: placeOf(rule, index, pair) }));
    return { problems: [...shadowing(route, pair, others), ...strays(pair, others)], warnings: [], ...rulesTold(all) };
  },
  accepted: acceptanceOf,
};

const rulesOf = (route: KubernetesObject): readonly Rule[] => ((route['spec'] ?? {}) as { readonly rules?: readonly Rule[] }).rules ?? [];

const isPreview = (rule: Rule): boolean => matchesOf(rule).every(({ headers = [] }) => headers.length > 0);

const places = (route: KubernetesObject, pair: ColourPair): readonly ColouredPlace[] =>
  rulesOf(route).flatMap((rule, index) => (isPreview(rule) ? [] : [placeOf(rule, index, pair)]));

const placeOf = (rule: Rule, index: number, pair: ColourPair): ColouredPlace => ({
  text: ruleText(rule, index),
  legs: (rule.backendRefs ?? []).map((ref) => ({ colour: colourOf(ref, pair), weight: ref.weight ?? 1 })),
});

const colourOf = (ref: BackendRef, pair: ColourPair) =>
  (ref.group ?? '') === '' && (ref.kind ?? 'Service') === 'Service' && (ref.namespace ?? pair.namespace) === pair.namespace
    ? colourOfService(pair, ref.name)
    : undefined;

interface Hosted {
  readonly hostnames?: readonly string[];
}

const hostnamesOf = (route: KubernetesObject): readonly string[] => ((route['spec'] ?? {}) as Hosted).hostnames ?? [];

/** Of two routes with the same match on the same Gateway the older one wins: a switch of the other changes nothing. */
function shadowing(route: KubernetesObject, pair: ColourPair, others: readonly KubernetesObject[]): readonly Problem[] {
  const matches = new Set(
    rulesOf(route)
      .filter((rule, index) => namesColour(placeOf(rule, index, pair)))
      .flatMap(matchesOf)
      .map(matchKey),
  );
  return others.flatMap((other) => {
    const sharesParent = routeSpec(other).parentRefs?.some((one) =>
      routeSpec(route).parentRefs?.some((parent) => isSameParent(one, other.metadata.namespace ?? pair.namespace, parent, pair.namespace)),
    );
    const [theirs, ours] = [hostnamesOf(other), hostnamesOf(route)];
    const sharesHost = theirs.length === ours.length && (theirs.length === 0 || theirs.some((host) => ours.includes(host)));
    const shared = theirs.some((host) => ours.includes(host)) || sharesHost;
    if (
      sharesParent !== true ||
      !shared ||
      !rulesOf(other)
        .flatMap(matchesOf)
        .some((match) => matches.has(matchKey(match)))
    )
      return [];
    return [
      {
        what: `HTTPRoute ${shownName(other, pair)} takes the same requests of the same Gateway as ${pair.route}: the older of the two wins, so a switch may be without effect.`,
        remedy: 'Leave the match in one HTTPRoute only.',
      },
    ];
  });
}

const matchKey = (match: object): string =>
  JSON.stringify(Object.entries({ path: { type: 'PathPrefix', value: '/' }, ...match }).toSorted());

/** Without a section it is every listener of the Gateway. */
const isSameParent = (one: ParentRef, its: string, other: ParentRef, own: string): boolean =>
  one.name === other.name &&
  (one.namespace ?? its) === (other.namespace ?? own) &&
  (one.sectionName === undefined || other.sectionName === undefined || one.sectionName === other.sectionName);

const strays = (pair: ColourPair, others: readonly KubernetesObject[]): readonly Problem[] =>
  besideUs(others, pair).flatMap((other) =>
    rulesOf(other).some((rule, index) => namesColour(placeOf(rule, index, pair)))
      ? [stray('HTTPRoute', other.metadata.name, `a colour of ${pair.service}`, pair)]
      : [],
  );
