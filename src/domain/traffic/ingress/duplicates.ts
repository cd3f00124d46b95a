import { Ingress } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Problem } from '../../rollout/problem.ts';
import { allOf } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { canaryRouteName, classOf, isCanary, type Place, placesOf, placeText } from './shape.ts';

/** Other Ingresses for the same requests: the controller serves one of them, and says nowhere which. */
export function duplicateProblems(
  stable: KubernetesObject,
  places: readonly Place[],
  app: Application,
  around: readonly KubernetesObject[],
): readonly Problem[] {
  const own = [app.route, canaryRouteName(app)];
  const isOwn = ({ metadata: { name, namespace } }: KubernetesObject) => namespace === app.namespace && own.includes(name);
  const others = allOf(Ingress, around).filter((each) => !isOwn(each) && mayMeet(each, stable));
  return others.flatMap((other) => {
    const shared = placesOf(other).filter((place) => places.some((each) => each.host === place.host && each.path === place.path));
    if (shared.length === 0) return [];
    const where = [...new Set(shared.map(placeText))].join(', ');
    const { namespace } = other.metadata;
    const isHere = namespace === app.namespace;
    const name = isHere ? other.metadata.name : `${namespace}/${other.metadata.name}`;
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

/** Two known classes that differ belong to two controllers. */
const mayMeet = (one: KubernetesObject, other: KubernetesObject): boolean =>
  classOf(one) === undefined || classOf(other) === undefined || classOf(one) === classOf(other);
