import { Ingress } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Problem } from '../../rollout/problem.ts';
import { allOf } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { annotationOf, canaryRouteName, isCanary, isTrue, mayMeet, nameFor, type Place, placesOf, placeText } from './shape.ts';

/** Other Ingresses for the same requests: the controller serves one of them, and says nowhere which. */
export function duplicateProblems(
  stable: KubernetesObject,
  places: readonly Place[],
  app: Application,
  around: readonly KubernetesObject[],
): readonly Problem[] {
  return othersOf(stable, app, around).flatMap((other) => {
    const shared = placesOf(other).filter((place) => places.some((each) => each.host === place.host && each.path === place.path));
    if (shared.length === 0) return [];
    const where = [...new Set(shared.map(placeText))].join(', ');
    const isHere = other.metadata.namespace === app.namespace;
    const name = nameFor(other, app);
    return [
      isCanary(other)
        ? {
            what: `Ingress ${name} is a second canary for ${where}: the controller takes one canary for a path and ignores the others.`,
            remedy: isHere
              ? `Delete it, or name it \`${canaryRouteName(app)}\` in the place of the other.`
              : 'Leave the path in one of them.',
          }
        : {
            what: `Ingress ${name} serves ${where} too, beside ${app.route}: the controller takes one of them, so a weight may be without effect.`,
            remedy: 'Leave the path in one of them.',
          },
    ];
  });
}

/** Ingresses whose paths are written otherwise and may still be for the same requests. A canary's is compared as it is written. */
export function overlapWarnings(
  stable: KubernetesObject,
  places: readonly Place[],
  app: Application,
  around: readonly KubernetesObject[],
): readonly Problem[] {
  return othersOf(stable, app, around).flatMap((other): readonly Problem[] => {
    if (isCanary(other)) return [];
    const isPattern = isTrue(annotationOf(other, 'use-regex')) || annotationOf(other, 'rewrite-target') !== undefined;
    const found = placesOf(other).flatMap((place) =>
      places
        .filter((each) => each.host === place.host && (differsBySlash(place, each) || (isPattern && mayMatchFirst(place, each))))
        .map((each) => `\`${place.path}\` beside ${placeText(each)}`),
    );
    if (found.length === 0) return [];
    return [
      {
        what: `Ingress ${nameFor(other, app)} has ${found.join(', ')}: the controller may take it for the same requests, and a weight would miss them.`,
        remedy: 'Leave the path in one of them.',
      },
    ];
  });
}

/** A prefix means the same with and without a slash at its end. Of others NGINX takes the longer one first. */
function differsBySlash(other: Place, own: Place): boolean {
  if (other.pathType === 'Exact' || other.path === own.path || other.path.replace(/\/$/, '') !== own.path.replace(/\/$/, '')) return false;
  return other.path.length > own.path.length || (other.pathType === 'Prefix' && own.pathType === 'Prefix');
}

/** Patterns are tried from the longest to the shortest. What stands before the first character that means more than itself is compared. */
function mayMatchFirst(other: Place, own: Place): boolean {
  const [head = ''] = other.path.split(/\.(?=[*+?{])|[*+?()[\]{}|^$\\]/, 1);
  const isLonger = other.path.length >= own.path.length && other.path !== own.path;
  return other.pathType !== 'Exact' && isLonger && head !== other.path && own.path.startsWith(head.replace(/\/$/, ''));
}

/** Those that the same controller may serve. */
function othersOf(stable: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const own = [app.route, canaryRouteName(app)];
  const isOwn = ({ metadata: { name, namespace } }: KubernetesObject) => namespace === app.namespace && own.includes(name);
  return allOf(Ingress, around).filter((each) => !isOwn(each) && mayMeet(each, stable));
}
