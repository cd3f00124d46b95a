import { Failure } from '../../../failure.ts';
import { Deployment, Service } from '../../kubernetes/kinds.ts';
import type { Labels } from '../../kubernetes/labels.ts';
import type { Kind, KubernetesObject } from '../../kubernetes/object.ts';
import { serviceSpec } from '../../kubernetes/workload.ts';
import type { Application } from '../router.ts';

/** The API serves a kind in several versions, so only its group counts. */
export const isOf = ({ apiVersion, kind }: KubernetesObject, wanted: Kind): boolean =>
  kind === wanted.kind && apiVersion.split('/')[0] === wanted.apiVersion.split('/')[0];

export const allOf = (kind: Kind, around: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  around.filter((object) => isOf(object, kind));

export const oneOf = (kind: Kind, name: string | undefined, around: readonly KubernetesObject[]): KubernetesObject | undefined =>
  allOf(kind, around).find(({ metadata }) => metadata.name === name);

/** The object of this kind that a service has under a name. */
export const named = (
  kind: Kind,
  name: string,
  found: readonly KubernetesObject[],
  { namespace }: Application,
): KubernetesObject | undefined => allOf(kind, found).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);

export const routeOf = (kind: Kind, found: readonly KubernetesObject[], app: Application): KubernetesObject | undefined =>
  named(kind, app.route, found, app);

/** The route, which has to be there: `inspect` is what deals with one that is not. */
export function routeIn(kind: Kind, found: readonly KubernetesObject[], app: Application): KubernetesObject {
  const route = routeOf(kind, found, app);
  if (route !== undefined) return route;
  throw new Failure(
    'ROUTE_UNUSABLE',
    `${kind.kind} ${app.namespace}/${app.route} is not there.`,
    'Create it, or name another one in the input `route`.',
  );
}

export const stableServiceName = ({ stableService, service }: Application): string => stableService ?? service;

export const stableDeployment = (
  { deployments, service }: Application,
  around: readonly KubernetesObject[],
): KubernetesObject | undefined => oneOf(Deployment, deployments?.stable ?? service, around);

/** Where each side has a Service: what that of the canary selects by. */
export const labelsOfCanaryService = ({ canaryService }: Application, around: readonly KubernetesObject[]): Labels | undefined => {
  const service = oneOf(Service, canaryService, around);
  return service === undefined ? undefined : (serviceSpec(service).selector ?? {});
};
