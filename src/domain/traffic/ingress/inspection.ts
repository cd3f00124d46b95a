import { Ingress } from '../../kubernetes/kinds.ts';
import { annotated, manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import { shown } from '../../units/shown.ts';
import { named, routeOf, stableServiceName } from '../around/objects.ts';
import type { Application, Inspection } from '../router.ts';
import { roundedPercent } from '../weights/split.ts';
import { headerAnnotations, mirrored, splitPlaces } from './canary-ingress.ts';
import { duplicateProblems, overlapWarnings } from './duplicates.ts';
import {
  annotationOf,
  type Backend,
  canaryRouteName,
  classOf,
  isCanary,
  mayBeNginx,
  type Place,
  placesOf,
  placeText,
  samePlace,
  specOf,
  upstreamOf,
} from './shape.ts';
import { upstreamFindings } from './upstreams.ts';
import { headersOf, ignoredTotal, percentOf, totalOf, unreadableWeight } from './weight.ts';

/** What a rollout needs from stable's Ingress and the canary's beside it, looked at before anything is written. */
export function inspectIngresses(found: readonly KubernetesObject[], app: Application, around: readonly KubernetesObject[]): Inspection {
  const stable = routeOf(Ingress, around, app);
  const canary = named(Ingress, canaryRouteName(app), found, app);
  const places = stable === undefined ? [] : splitPlaces(stable, app);
  const its = canary === undefined ? [] : placesOf(canary);
  const split = places.filter((place) => its.some((each) => samePlace(each, place)));
  const shared = stable === undefined || places.length === 0 ? undefined : upstreamFindings(stable, canary, app, around);
  const share = canary === undefined ? 0 : roundedPercent(percentOf(canary));
  return {
    problems:
      stable === undefined
        ? [missing(app)]
        : isCanary(stable)
          ? [routeIsCanary(app)]
          : places.length === 0
            ? [leadsElsewhere(app)]
            : [
                ...pairProblems(stable, canary, places, app),
                ...duplicateProblems(stable, places, app, around),
                ...(shared?.problems ?? []),
              ],
    warnings: [
      ...(stable === undefined ? [] : stableWarnings(stable)),
      ...(canary === undefined ? [] : canaryWarnings(canary)),
      ...(stable === undefined ? [] : overlapWarnings(stable, places, app, around)),
      ...(shared?.warnings ?? []),
    ],
    splits: split.map((place) => `${placeText(place)} is split: the canary \`${app.canaryService}\` has ${share} % now`),
    untouched: stable === undefined ? [] : untouchedIn(stable, split, app),
    headers: canary === undefined ? [] : headersOf(canary),
  };
}

function untouchedIn(stable: KubernetesObject, split: readonly Place[], app: Application): readonly string[] {
  const others = placesOf(stable).filter((place) => !split.some((each) => samePlace(each, place)));
  const toStable = (backend: Backend | undefined) => backend?.service?.name === stableServiceName(app);
  const shared = new Set(split.map(({ backend }) => upstreamOf(backend)));
  const fate = (backend: Backend | undefined): string => {
    if (!toStable(backend)) return 'is left alone: it goes elsewhere';
    // The controller splits a Service and port, and not a path.
    return shared.has(upstreamOf(backend))
      ? `is split with the others, without a rule of its own: it goes to the same port of \`${stableServiceName(app)}\``
      : `is left alone: it goes to \`${stableServiceName(app)}\` and not to the canary`;
  };
  const { defaultBackend } = specOf(stable);
  return [
    ...others.map(({ backend, ...place }) => `${placeText(place)} ${fate(backend)}`),
    ...(toStable(defaultBackend) ? [`the default backend ${fate(defaultBackend)}`] : []),
  ];
}

const missing = ({ namespace, route }: Application): Problem => ({
  what: `Ingress ${namespace}/${route} is not there.`,
  remedy: 'Create it, or name the Ingress of stable in the input `route`.',
});

const routeIsCanary = ({ route }: Application): Problem => ({
  what: `Ingress ${route} is itself marked as a canary.`,
  remedy: `Name the Ingress of stable in the input \`route\`: that of the canary is called as it with \`-canary\`.`,
});

const leadsElsewhere = (app: Application): Problem => ({
  what: `Ingress ${app.route} has no path that leads to the Service \`${stableServiceName(app)}\`.`,
  remedy: 'Name the Ingress of the service in the input `route`.',
});

function pairProblems(
  stable: KubernetesObject,
  canary: KubernetesObject | undefined,
  places: readonly Place[],
  app: Application,
): readonly Problem[] {
  const name = canaryRouteName(app);
  const wanted = mirrored(stable, canary, app);
  const yaml = yamlText(wanted);
  const listed = (some: readonly Place[]) => [...new Set(some.map(placeText))].join(', ');
  if (canary === undefined) {
    return [
      {
        what: `Ingress ${app.namespace}/${name} is not there: nothing carries the canary's weight for ${listed(places)}.`,
        remedy: 'Create it at weight 0:',
        yaml,
        mended: wanted,
      },
    ];
  }
  const its = placesOf(canary);
  const uncovered = places.filter((place) => !its.some((each) => samePlace(each, place)));
  const surplus = its.filter((place) => !places.some((each) => samePlace(each, place)));
  const astray = its.filter(({ backend }) => backend?.service?.name !== app.canaryService);
  const reasons = [
    ...(isCanary(canary) ? [] : ['it is not annotated with `canary: "true"`, so it is a second Ingress on the same path']),
    ...(classOf(canary) === classOf(stable)
      ? []
      : [`its class is ${classOf(canary) ?? 'none'} and stable's is ${classOf(stable) ?? 'none'}`]),
    ...(uncovered.length === 0 ? [] : [`it has not the host, path and path type of ${listed(uncovered)}`]),
    ...(surplus.length === 0 ? [] : [`it has ${listed(surplus)}, which stable's does not send to \`${stableServiceName(app)}\``]),
    ...(astray.length === 0 ? [] : [`it does not lead to the Service \`${app.canaryService}\` at ${listed(astray)}`]),
  ];
  return reasons.length === 0
    ? []
    : [{ what: `Ingress ${name} does not mirror ${app.route}: ${reasons.join('; ')}.`, remedy: 'Write it like this:', yaml }];
}

function stableWarnings(stable: KubernetesObject): readonly Problem[] {
  const { name } = stable.metadata;
  const affinity = annotationOf(stable, 'affinity');
  const status = (stable['status'] ?? {}) as { readonly loadBalancer?: { readonly ingress?: readonly unknown[] } };
  return [
    ...(affinity === undefined
      ? []
      : [
          {
            what: `Ingress ${name} has the annotation \`affinity\` = \`${shown(affinity, 40)}\`: users stay on the version that they met first, so the measured share follows a weight late, also on the way back.`,
            remedy: 'Allow for it in the stages and in `drain`, or leave it out during rollouts.',
          },
        ]),
    ...(mayBeNginx(stable)
      ? []
      : [
          {
            what: `Ingress ${name} is of the class \`${shown(classOf(stable) ?? '', 60)}\`. Not checked: whether ingress-nginx serves it. Other controllers do not know these annotations.`,
            remedy: 'See in the first stage that the measured share follows the weight.',
          },
        ]),
    ...((status.loadBalancer?.ingress ?? []).length > 0
      ? []
      : [
          {
            what: `Ingress ${name} has no address in its status: perhaps no controller serves it.`,
            remedy: 'See that the controller of its class runs. One that does not publish its address is no fault.',
          },
        ]),
  ];
}

function canaryWarnings(canary: KubernetesObject): readonly Problem[] {
  const { name } = canary.metadata;
  const total = ignoredTotal(canary);
  const weight = unreadableWeight(canary);
  const header = headerAnnotations(canary);
  return [
    ...(total === undefined
      ? []
      : [
          {
            what: `Ingress ${name} has \`canary-weight-total\` = \`${shown(total, 20)}\`, which the controller ignores: it counts ${totalOf(canary)}, and so does wf-deploy.`,
            remedy: 'Write a whole number from 100 on, or leave it out.',
          },
        ]),
    ...(weight === undefined
      ? []
      : [
          {
            what: `Ingress ${name} has \`canary-weight\` = \`${shown(weight, 20)}\`, which the controller takes for 0.`,
            remedy: 'It is written as a whole number with the first weight.',
          },
        ]),
    ...(isCanary(canary) && Object.keys(header).length > 0
      ? [
          {
            what: `No header reaches the canary through Ingress ${name}: nobody can ask for it before it has weight.`,
            remedy: 'Add the header beside the weight; it comes first:',
            yaml: yamlText(manifestOf(annotated(canary, header))),
          },
        ]
      : []),
  ];
}
