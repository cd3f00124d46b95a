import { Deployment, Lease, NetworkPolicy, Pod, ResourceQuota, Service } from '../../domain/kubernetes/kinds.ts';
import { selectorOf, selectorText } from '../../domain/kubernetes/labels.ts';
import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import { trackLabel } from '../../domain/rollout/canary-deployment.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import { isLeft } from '../../domain/rollout/left-behind.ts';
import { type Permission, permissionsFor } from '../../domain/rollout/permissions.ts';
import { type Application, type ContextRef, sharesService } from '../../domain/traffic/router.ts';
import { serviceOf } from '../../domain/traffic/virtual-service/host.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { type Pair, readPair } from '../layout.ts';
import { type Rights, rightsOf } from '../permissions.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { CanaryPlan } from './plan.ts';
import { type ScalingSurvey, scalingNeeds, surveyScaling } from './scaling-survey.ts';

/** Everything the preflight reads. What may not be read is missing here and shows up among the denied permissions. */
export interface Survey extends Rights {
  readonly app: Application;
  readonly stable: KubernetesObject | undefined;
  readonly stableService: KubernetesObject | undefined;
  readonly canaryService: KubernetesObject | undefined;
  readonly canary: KubernetesObject | undefined;
  readonly routes: readonly KubernetesObject[];
  /** What the router looks at beside the route: the Services and Deployments of both sides, and what it asked for. */
  readonly around: readonly KubernetesObject[];
  readonly quotas: readonly KubernetesObject[];
  /** The NetworkPolicies of the namespace. */
  readonly policies: readonly KubernetesObject[];
  readonly stablePods: readonly KubernetesObject[];
  readonly lease: KubernetesObject | undefined;
  readonly scaling: ScalingSurvey;
  /** What blue-green would have in stable's place. */
  readonly pair: Pair;
}

/** Reads only. Throws CLUSTER_UNREACHABLE or CLUSTER_UNAUTHORISED: then nothing else could be known. */
export async function survey(world: World, plan: CanaryPlan): Promise<Survey> {
  const objects = await surveyObjects(world, plan);
  const { namespace } = objects.app;
  const [scaling, pair, policies] = await Promise.all([
    surveyScaling(world, plan, namespace),
    readPair(world, namespace, plan.stableDeployment),
    unlessForbidden(world.cluster.list(NetworkPolicy, namespace), []),
  ]);
  const found = { ...objects, scaling, pair, policies };
  return { ...found, ...(await rightsOf(world, wantedPermissions(plan, found))) };
}

/** What can be found without asking about permissions. */
export type FoundObjects = Omit<Survey, keyof Rights | 'scaling' | 'pair' | 'policies'>;

export async function surveyObjects(world: World, plan: CanaryPlan): Promise<FoundObjects> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const app = applicationOf(plan, namespace);
  const one = (kind: Kind, name: string): Promise<KubernetesObject | undefined> =>
    unlessForbidden(world.cluster.get({ kind, namespace, name }), undefined);
  const all = (kind: Kind, labels: string): Promise<readonly KubernetesObject[]> =>
    unlessForbidden(world.cluster.list(kind, namespace, labels === '' ? {} : { labels }), []);
  // The first answer decides whether there is a cluster to ask at all.
  const stable = await one(Deployment, plan.stableDeployment);
  const [stableService, canaryService, canary, routes, context, quotas, lease, stablePods] = await Promise.all([
    one(Service, app.stableService ?? app.service),
    sharesService(app) ? undefined : one(Service, app.canaryService),
    one(Deployment, plan.canaryDeployment),
    Promise.all(plan.router.objects(app).map((ref) => unlessForbidden(world.cluster.get(ref), undefined))),
    Promise.all(plan.router.context(app).map((ref) => readContext(world, ref))),
    all(ResourceQuota, ''),
    one(Lease, leaseName(plan.service)),
    stable === undefined ? [] : all(Pod, stablePodLabelsOf(stable)),
  ]);
  return {
    app,
    stable,
    stableService,
    canaryService,
    canary,
    routes: routes.filter((route) => route !== undefined),
    around: [stable, stableService, canaryService, canary, ...context.flat()].filter((object) => object !== undefined),
    quotas,
    lease,
    stablePods,
  };
}

/**
 * The Lease as the preflight sees it. The `post` step is told as soon as a run before may have left something: this one may be killed before
 * it comes to take that back.
 */
export function seenLease(
  { run, handover }: Pick<World, 'run' | 'handover'>,
  plan: CanaryPlan,
  found: FoundObjects,
): LeaseView | undefined {
  const lease = found.lease === undefined ? undefined : readLease(found.lease);
  if (isLeft(lease) && !plan.dryRun) handover.save({ holder: run.holder, open: 'true' });
  return lease;
}

/** A host that is a Service of the namespace is also the name of that Service. */
export function applicationOf(plan: CanaryPlan, namespace: string): Application {
  const { service, route, hosts, subsets, stableDeployment, canaryDeployment } = plan;
  const given = { stable: hosts.stable ?? service, canary: hosts.canary ?? canaryDeployment };
  const here = (host: string): string | undefined => {
    const found = serviceOf(host, namespace);
    return found?.namespace === namespace ? found.name : undefined;
  };
  const stableService = here(given.stable);
  return {
    service,
    namespace,
    route,
    canaryService: here(given.canary) ?? canaryDeployment,
    ...(stableService === undefined || stableService === service ? {} : { stableService }),
    deployments: { stable: stableDeployment, canary: canaryDeployment },
    ...(hosts.stable === undefined && hosts.canary === undefined ? {} : { hosts: given }),
    ...(subsets === undefined ? {} : { subsets }),
    ...(plan.router.pods === undefined ? {} : { oneService: true }),
  };
}

export async function readContext(world: World, { kind, namespace, name, elsewhere }: ContextRef): Promise<readonly KubernetesObject[]> {
  if (elsewhere === true) {
    const all = await unlessForbidden(world.cluster.list(kind, ''), []);
    return all.filter(({ metadata }) => metadata.namespace !== namespace);
  }
  if (name === undefined) return await unlessForbidden(world.cluster.list(kind, namespace), []);
  const object = await unlessForbidden(world.cluster.get({ kind, namespace, name }), undefined);
  return object === undefined ? [] : [object];
}

/** The selector of a Deployment's pods, as the API takes it. */
export const podLabelsOf = (deployment: KubernetesObject): string => selectorText(selectorOf(deployment));

/** Where one Service has the pods of both sides, stable's selector may fit the canary's too. */
export const stablePodLabelsOf = (deployment: KubernetesObject): string => {
  const { matchLabels = {}, matchExpressions = [] } = selectorOf(deployment);
  return selectorText({ matchLabels, matchExpressions: [...matchExpressions, { key: trackLabel, operator: 'NotIn', values: ['canary'] }] });
};

function wantedPermissions(plan: CanaryPlan, { app, stable, scaling }: Omit<Survey, keyof Rights>): readonly Permission[] {
  const usual = permissionsFor({
    router: plan.router,
    app,
    deployment: plan.stableDeployment,
    canaryName: plan.canaryDeployment,
    portForward: plan.smoke.length > 0,
    ...(plan.metricsService === undefined ? {} : { metricsService: plan.metricsService }),
  });
  return [...usual, ...scalingNeeds(plan, app, stable, scaling)];
}
