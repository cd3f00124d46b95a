import { Ingress } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Colour, colouredName } from '../../rollout/layout.ts';
import type { Problem } from '../../rollout/problem.ts';
import {
  annotationOf,
  type Backend,
  classOf,
  isCanary,
  type Place,
  placesOf,
  placeText,
  prefix,
  type Rule,
  serviceNamesOf,
  specOf,
} from '../ingress/shape.ts';
import { besideUs, type ColouredPlace, colourOfService, liveOf, namesColour, shownName, stray, switchedHost } from './colours.ts';
import type { ColourPair, Switcher } from './switcher.ts';

const upstreamVhost = 'upstream-vhost';

/**
 * The backends of an Ingress: those of every rule and the default one, where they name a colour's Service, and with them the annotation
 * by which NGINX tells the upstream its name. Other paths, and backends that are no Service, are not touched.
 */
export const ingress: Switcher = {
  name: 'ingress',
  kind: Ingress,
  ownServices: true,
  fields: [
    { jq: '.spec.rules[].http.paths[].backend.service.name', pointer: '/spec/rules' },
    { jq: '.spec.defaultBackend.service.name', pointer: '/spec/defaultBackend' },
    {
      jq: `.metadata.annotations["${prefix}${upstreamVhost}"]`,
      pointer: `/metadata/annotations/${prefix.replace('/', '~1')}upstream-vhost`,
    },
  ],
  defaultRoute: (service) => service,
  live: (route, pair) => liveOf(colouredPlaces(route, pair), pair),
  switched(route, pair, to) {
    const spec = specOf(route);
    const { rules, defaultBackend } = spec;
    const changed: KubernetesObject = {
      ...route,
      spec: {
        ...spec,
        ...(defaultBackend === undefined ? {} : { defaultBackend: switchedBackend(defaultBackend, pair, to) }),
        ...(rules === undefined ? {} : { rules: rules.map((rule) => switchedRule(rule, pair, to)) }),
      },
    };
    const key = `${prefix}${upstreamVhost}`;
    const vhost = route.metadata.annotations?.[key];
    if (vhost === undefined) return changed;
    return {
      ...changed,
      metadata: { ...route.metadata, annotations: { ...route.metadata.annotations, [key]: switchedHost(vhost.trim(), pair, to) } },
    };
  },
  inspect(route, pair, others) {
    const places = colouredPlaces(route, pair);
    const vhost = annotationOf(route, upstreamVhost);
    const named = vhost === undefined ? undefined : switchedHost(vhost, pair, 'blue') !== switchedHost(vhost, pair, 'green');
    return {
      problems: [...shadowing(route, pair, others), ...strays(pair, others)],
      warnings: [],
      switches: [...places.filter(namesColour).map(({ text }) => text), ...(named === true ? [`annotation ${upstreamVhost}`] : [])],
      untouched: [
        ...places.filter((place) => !namesColour(place)).map(({ text }) => `${text} leads elsewhere`),
        ...(named === false ? [`annotation ${upstreamVhost} names neither colour`] : []),
      ],
    };
  },
  // No status tells what the controller has taken: `accepted` is the word of the API server, and the probes see the rest.
  accepted: () => ({ is: 'accepted' }),
};

function colouredPlaces(route: KubernetesObject, pair: ColourPair): readonly ColouredPlace[] {
  const { defaultBackend } = specOf(route);
  const of = (text: string, backend: Backend | undefined): ColouredPlace => ({
    text,
    legs: [{ colour: colourOfService(pair, backend?.service?.name ?? ''), weight: 1 }],
  });
  return [
    ...(defaultBackend === undefined ? [] : [of('the default backend', defaultBackend)]),
    ...placesOf(route).map((place) => of(placeText(place), place.backend)),
  ];
}

const switchedBackend = (backend: Backend, pair: ColourPair, to: Colour): Backend =>
  backend.service === undefined || colourOfService(pair, backend.service.name) === undefined
    ? backend
    : { ...backend, service: { ...backend.service, name: colouredName(pair.service, to) } };

function switchedRule(rule: Rule, pair: ColourPair, to: Colour): Rule {
  const { http } = rule;
  if (http?.paths === undefined) return rule;
  const paths = http.paths.map((path) =>
    path.backend === undefined ? path : { ...path, backend: switchedBackend(path.backend, pair, to) },
  );
  return { ...rule, http: { ...http, paths } };
}

/** Another Ingress for the same requests: the controller serves one of the two and says nowhere which, so a switch may change nothing. */
function shadowing(route: KubernetesObject, pair: ColourPair, others: readonly KubernetesObject[]): readonly Problem[] {
  const ours = placesOf(route).filter(({ backend }) => colourOfService(pair, backend?.service?.name ?? '') !== undefined);
  const mayMeet = (other: KubernetesObject): boolean =>
    classOf(other) === undefined || classOf(route) === undefined || classOf(other) === classOf(route);
  return others.filter(mayMeet).flatMap((other) => {
    const shared = placesOf(other).filter((place) => ours.some((each) => isSameRequest(each, place)));
    if (shared.length === 0) return [];
    const where = [...new Set(shared.map(placeText))].join(', ');
    const name = shownName(other, pair);
    return [
      {
        what: isCanary(other)
          ? `Ingress ${name} is a canary for ${where}: a part of the users would not be switched.`
          : `Ingress ${name} serves ${where} too, beside ${pair.route}: the controller takes one of them, so a switch may be without effect.`,
        remedy: 'Leave the path in one Ingress only.',
      },
    ];
  });
}

const isSameRequest = (one: Place, other: Place): boolean => one.host === other.host && bare(one.path) === bare(other.path);

/** `/api` and `/api/` take the same requests as a prefix. */
const bare = (path: string): string => path.replace(/(?<=.)\/$/, '');

/** Another Ingress that names a colour stays with it, and would lose its pods. */
const strays = (pair: ColourPair, others: readonly KubernetesObject[]): readonly Problem[] =>
  besideUs(others, pair).flatMap((other) => {
    const named = [...new Set(serviceNamesOf(other).filter((name) => colourOfService(pair, name) !== undefined))];
    return named.length === 0 ? [] : [stray('Ingress', other.metadata.name, named.join(' and '), pair)];
  });
