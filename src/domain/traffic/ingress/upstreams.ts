import { Ingress } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Findings, Problem } from '../../rollout/problem.ts';
import { allOf } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { mirrored, splitPlaces } from './canary-ingress.ts';
import {
  canaryRouteName,
  classOf,
  isCanary,
  mayMeet,
  nameFor,
  type Place,
  placesOf,
  placeText,
  samePlace,
  specOf,
  upstreamOf,
} from './shape.ts';

/**
 * Ingresses for other requests that lead to the Service and port of stable or of the canary. The controller makes one of all that lead there: it
 * is as the oldest of them has it, is split wherever it stands, and has one canary (kubernetes/ingress-nginx#9458, #8004, #5848, #8689).
 */
export function upstreamFindings(
  stable: KubernetesObject,
  canary: KubernetesObject | undefined,
  app: Application,
  around: readonly KubernetesObject[],
): Findings {
  const places = splitPlaces(stable, app);
  const [ofStable, ofCanary] = [upstreams(places), upstreams(placesOf(mirrored(stable, canary, app)))];
  const isNamed = ({ metadata }: KubernetesObject, name: string) => metadata.namespace === app.namespace && metadata.name === name;
  const others = allOf(Ingress, around).filter((each) => mayMeet(each, stable) && !isNamed(each, canaryRouteName(app)));
  const plain = others.filter((each) => each.metadata.namespace === app.namespace && !isCanary(each));
  /** Of two for the same requests there is more to say. */
  const isApart = ({ host, path }: Place) => !places.some((each) => each.host === host && each.path === path);
  const isSure = (other: KubernetesObject) => classOf(other) === classOf(stable);

  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const each of plain) {
    const toCanary = waysTo(ofCanary, each, isApart);
    if (toCanary.length > 0 && isSure(each) && (isOlder(each, canary) || byDefault(ofCanary, each))) {
      problems.push(deadWeight(each, toCanary, app));
    } else if (toCanary.length > 0) warnings.push(oneServed(each, toCanary, app));
    const toStable = isNamed(each, app.route) ? [] : waysTo(ofStable, each, isApart);
    if (toStable.length > 0) warnings.push(splitUnmeasured(each, toStable, app));
  }
  const splitToo = plain.flatMap((each) => placesOf(each).filter((place) => leadsTo(ofStable, place)));
  for (const each of others.filter(isCanary)) {
    const takesCanary = (place: Place) => each.metadata.namespace === app.namespace && leadsTo(ofCanary, place);
    const shared = placesOf(each).filter((place) => takesCanary(place) || splitToo.some((other) => samePlace(place, other)));
    if (shared.length === 0 || !shared.every(isApart)) continue;
    if (isSure(each) && isOlder(each, canary)) problems.push(olderCanary(each, shared.map(placeText), app));
    else warnings.push(otherCanary(each, shared.map(placeText), app));
  }
  return { problems, warnings };
}

type Upstreams = ReadonlySet<string | undefined>;

const upstreams = (places: readonly Place[]): Upstreams => new Set(places.map(({ backend }) => upstreamOf(backend)));

const leadsTo = (wanted: Upstreams, { backend }: Pick<Place, 'backend'>): boolean =>
  backend?.service !== undefined && wanted.has(upstreamOf(backend));

/** Each Ingress that has a default backend makes it anew, and no canary's, whichever is older. */
const byDefault = (wanted: Upstreams, ingress: KubernetesObject): boolean => leadsTo(wanted, { backend: specOf(ingress).defaultBackend });

const waysTo = (wanted: Upstreams, ingress: KubernetesObject, counts: (place: Place) => boolean): readonly string[] => [
  ...placesOf(ingress)
    .filter((place) => counts(place) && leadsTo(wanted, place))
    .map(placeText),
  ...(byDefault(wanted, ingress) ? ['its default backend'] : []),
];

/** For sure: of two that are made in one second it is not known. A canary Ingress that is not there yet will be the younger one. */
function isOlder({ metadata }: KubernetesObject, canary: KubernetesObject | undefined): boolean {
  if (canary === undefined) return true;
  const [its = '', ours = ''] = [metadata.creationTimestamp, canary.metadata.creationTimestamp];
  // The API server writes them all alike, in whole seconds of UTC.
  return its !== '' && its < ours;
}

const textOf = (ingress: KubernetesObject, ways: readonly string[], app: Application): string =>
  `Ingress ${nameFor(ingress, app)} (${[...new Set(ways)].join(', ')})`;

const ownService = 'Give it a Service of its own there, with the same selector and another name.';

const deadWeight = (other: KubernetesObject, ways: readonly string[], app: Application): Problem => ({
  what: `${textOf(other, ways, app)} leads to \`${app.canaryService}\` itself: the controller takes the Service as that one has it, so header and weight of ${canaryRouteName(app)} are without effect.`,
  remedy: ownService,
});

const oneServed = (other: KubernetesObject, ways: readonly string[], app: Application): Problem => ({
  what: `${textOf(other, ways, app)} leads to \`${app.canaryService}\` itself: the controller takes the Service as the older Ingress has it. If that is ${canaryRouteName(app)}, the other is not served there; if not, header and weight are without effect.`,
  remedy: ownService,
});

const splitUnmeasured = (other: KubernetesObject, ways: readonly string[], app: Application): Problem => ({
  what: `${textOf(other, ways, app)} leads to the same Service and port as ${app.route}: the controller splits that as well, and counts it under the other's name, so \`metrics: nginx-ingress\` does not see it.`,
  remedy: `${ownService} Or name both in \`stable-selector\` and \`canary-selector\`, with \`ingress=~"${app.route}|${other.metadata.name}"\`.`,
});

const ownServices = 'Delete it, or give the paths that it splits Services of their own, for both sides.';

const olderCanary = (other: KubernetesObject, ways: readonly string[], app: Application): Problem => ({
  what: `${textOf(other, ways, app)} is an older canary of the same Service and port: the controller takes the oldest, so header and weight of ${canaryRouteName(app)} are without effect.`,
  remedy: ownServices,
});

const otherCanary = (other: KubernetesObject, ways: readonly string[], app: Application): Problem => ({
  what: `${textOf(other, ways, app)} is another canary of the same Service and port: the controller takes the oldest, so header and weight of one of both are without effect.`,
  remedy: ownServices,
});
