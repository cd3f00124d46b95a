import { VirtualService } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Colour, colours } from '../../rollout/layout.ts';
import type { Problem } from '../../rollout/problem.ts';
import { acceptanceOf } from '../virtual-service/acceptance.ts';
import { serviceOf } from '../virtual-service/host.ts';
import { matchesOf, ruleText } from '../virtual-service/match.ts';
import { type Destination, type HttpRule, type RouteDestination, specOf } from '../virtual-service/shape.ts';
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
  switchedHost,
  switchedWeights,
} from './colours.ts';
import type { ColourPair, Switcher } from './switcher.ts';

/**
 * The rules of an Istio VirtualService, in HTTP, TLS and TCP. A colour is a host of its own (`agent-blue`), or the subset `blue` of the
 * service's host. An HTTP rule that asks for a header in each of its matches is a way to one colour on purpose: it is not touched.
 */
export const virtualService: Switcher = {
  name: 'istio',
  kind: VirtualService,
  ownServices: true,
  fields: sections().map((section) => ({ jq: `.spec.${section}[].route`, pointer: `/spec/${section}` })),
  defaultRoute: (service) => `${service}-vs`,
  live: (route, pair) =>
    liveOf(
      rulesOf(route).flatMap(({ rule, place }) => (isPreview(rule) ? [] : [place(pair)])),
      pair,
    ),
  switched(route, pair, to) {
    const spec = route['spec'] as Readonly<Record<string, unknown>>;
    const changed = sections().flatMap((section) => {
      const rules = spec[section] as readonly HttpRule[] | undefined;
      return rules === undefined ? [] : [[section, rules.map((rule) => switchedRule(rule, pair, to))] as const];
    });
    return { ...route, spec: { ...spec, ...Object.fromEntries(changed) } };
  },
  inspect(route, pair, others) {
    const all = rulesOf(route).map(({ rule, place }) => ({ preview: isPreview(rule), place: place(pair) }));
    return { problems: [...shadowing(route, pair, others), ...strays(pair, others)], warnings: [], ...rulesTold(all) };
  },
  accepted: acceptanceOf,
};

function sections() {
  return ['http', 'tls', 'tcp'] as const;
}

function rulesOf(route: KubernetesObject) {
  const spec = (route['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  return sections().flatMap((section) =>
    ((spec[section] ?? []) as readonly HttpRule[]).map((rule, index) => ({
      rule,
      place: (pair: ColourPair): ColouredPlace => ({
        text: section === 'http' ? ruleText(rule, index) : `${section} rule ${index + 1}`,
        legs: legsOf(rule, pair),
      }),
    })),
  );
}

const isPreview = (rule: HttpRule): boolean => matchesOf(rule).every(({ headers = {} }) => Object.keys(headers).length > 0);

/** A lone destination gets everything, whatever its weight is. */
const legsOf = ({ route = [] }: HttpRule, pair: ColourPair): ColouredPlace['legs'] =>
  route.map(({ destination, weight = 0 }) => ({ colour: colourOf(destination, pair), weight: route.length === 1 ? 100 : weight }));

function colourOf({ host, subset }: Destination, pair: ColourPair): Colour | undefined {
  const its = serviceOf(host, pair.namespace);
  if (its === undefined || its.namespace !== pair.namespace) return undefined;
  return its.name === pair.service ? colours.find((colour) => colour === subset) : colourOfService(pair, its.name);
}

function switchedRule(rule: HttpRule, pair: ColourPair, to: Colour): HttpRule {
  const legs = legsOf(rule, pair);
  const { route = [] } = rule;
  if (isPreview(rule) || !namesColour({ legs })) return rule;
  const weights = hasBoth(legs) ? switchedWeights(legs, to) : undefined;
  return {
    ...rule,
    route: route.map((each, index): RouteDestination => {
      if (legs[index]?.colour === undefined) return each;
      if (weights === undefined) return { ...each, destination: switchedDestination(each.destination, pair, to) };
      const weight = weights[index] ?? 0;
      return weight === (each.weight ?? 0) ? each : { ...each, weight };
    }),
  };
}

const switchedDestination = (destination: Destination, pair: ColourPair, to: Colour): Destination =>
  serviceOf(destination.host, pair.namespace)?.name === pair.service
    ? { ...destination, subset: to }
    : { ...destination, host: switchedHost(destination.host, pair, to) };

/** Istio merges VirtualServices of one host at a gateway in no order that is promised, and takes only one of them in the mesh. */
function shadowing(route: KubernetesObject, pair: ColourPair, others: readonly KubernetesObject[]): readonly Problem[] {
  const namespaceOf = ({ metadata }: KubernetesObject): string => metadata.namespace ?? pair.namespace;
  const key = (host: string, namespace: string): string => {
    const its = serviceOf(host, namespace);
    return its === undefined || host.split('.').length > 1 ? host.toLowerCase() : `${its.name}.${its.namespace}`;
  };
  const gateways = (each: KubernetesObject): readonly string[] =>
    (specOf(each).gateways ?? ['mesh']).map((name) => (name === 'mesh' || name.includes('/') ? name : `${namespaceOf(each)}/${name}`));
  const hosts = (specOf(route).hosts ?? []).map((host) => key(host, pair.namespace));
  return others.flatMap((other) => {
    const shared = (specOf(other).hosts ?? []).filter((host) => hosts.includes(key(host, namespaceOf(other))));
    if (shared.length === 0 || !gateways(other).some((gateway) => gateways(route).includes(gateway))) return [];
    return [
      {
        what: `VirtualService ${shownName(other, pair)} has the host ${shared.join(', ')} too, at the same gateway as ${pair.route}: which of the two Istio follows is not promised, so a switch may be without effect.`,
        remedy: 'Bring the rules of a host into one VirtualService.',
      },
    ];
  });
}

const strays = (pair: ColourPair, others: readonly KubernetesObject[]): readonly Problem[] =>
  besideUs(others, pair).flatMap((other) =>
    rulesOf(other).some(({ place }) => namesColour(place(pair)))
      ? [stray('VirtualService', other.metadata.name, `a colour of ${pair.service}`, pair)]
      : [],
  );
