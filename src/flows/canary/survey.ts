import { Deployment, Lease, Pod, ResourceQuota, SelfSubjectAccessReview, Service } from '../../domain/kubernetes/kinds.ts';
import { selectorText } from '../../domain/kubernetes/labels.ts';
import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import { type Permission, permissionsFor } from '../../domain/rollout/permissions.ts';
import type { Application } from '../../domain/traffic/router.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import type { CanaryPlan } from './plan.ts';

/** Everything the preflight reads. What may not be read is missing here and shows up among the denied permissions. */
export interface Survey {
  readonly app: Application;
  readonly denied: readonly Permission[];
  readonly stable: KubernetesObject | undefined;
  readonly stableService: KubernetesObject | undefined;
  readonly canaryService: KubernetesObject | undefined;
  readonly canary: KubernetesObject | undefined;
  readonly routes: readonly KubernetesObject[];
  readonly quotas: readonly KubernetesObject[];
  readonly stablePods: readonly KubernetesObject[];
  readonly lease: KubernetesObject | undefined;
}

/** Reads only. Throws CLUSTER_UNREACHABLE or CLUSTER_UNAUTHORISED: then nothing else could be known. */
export async function survey(world: World, plan: CanaryPlan): Promise<Survey> {
  const objects = await surveyObjects(world, plan);
  return { ...objects, denied: await deniedPermissions(world, plan, objects.app) };
}

export async function surveyObjects(world: World, plan: CanaryPlan): Promise<Omit<Survey, 'denied'>> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const app: Application = { service: plan.service, namespace, route: plan.route, canaryService: plan.canaryDeployment };
  const one = (kind: Kind, name: string): Promise<KubernetesObject | undefined> =>
    unlessForbidden(world.cluster.get({ kind, namespace, name }), undefined);
  const all = (kind: Kind, labels: string): Promise<readonly KubernetesObject[]> =>
    unlessForbidden(world.cluster.list(kind, namespace, labels === '' ? {} : { labels }), []);
  // The first answer decides whether there is a cluster to ask at all.
  const stable = await one(Deployment, plan.stableDeployment);
  const [stableService, canaryService, canary, routes, quotas, lease, stablePods] = await Promise.all([
    one(Service, plan.service),
    one(Service, plan.canaryDeployment),
    one(Deployment, plan.canaryDeployment),
    Promise.all(plan.router.objects(app).map((ref) => unlessForbidden(world.cluster.get(ref), undefined))),
    all(ResourceQuota, ''),
    one(Lease, leaseName(plan.service)),
    stable === undefined ? [] : all(Pod, podLabelsOf(stable)),
  ]);
  return {
    app,
    stable,
    stableService,
    canaryService,
    canary,
    routes: routes.filter((route) => route !== undefined),
    quotas,
    lease,
    stablePods,
  };
}

/** The selector of a Deployment's pods, as the API takes it. */
export const podLabelsOf = (deployment: KubernetesObject): string => selectorText(deploymentSpec(deployment).selector ?? {});

async function unlessForbidden<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN') return otherwise;
    throw error;
  }
}

async function deniedPermissions(world: World, plan: CanaryPlan, app: Application): Promise<readonly Permission[]> {
  const wanted = permissionsFor({
    router: plan.router,
    app,
    deployment: plan.stableDeployment,
    canaryName: plan.canaryDeployment,
    portForward: plan.smoke.length > 0,
    ...(plan.metricsService === undefined ? {} : { metricsService: plan.metricsService }),
  });
  const answers = await Promise.all(wanted.map((permission) => isAllowed(world, permission)));
  return wanted.filter((_, index) => answers[index] !== true);
}

async function isAllowed(world: World, permission: Permission): Promise<boolean> {
  const { namespace, group, resource, subresource = '', verb, name = '' } = permission;
  const object: KubernetesObject = {
    apiVersion: SelfSubjectAccessReview.apiVersion,
    kind: SelfSubjectAccessReview.kind,
    metadata: { name: '' },
    spec: { resourceAttributes: { namespace, group, resource, subresource, verb, name } },
  };
  const answer = await world.cluster.write({ do: 'create', kind: SelfSubjectAccessReview, namespace: undefined, object });
  return (answer['status'] as { readonly allowed?: unknown } | undefined)?.allowed === true;
}
