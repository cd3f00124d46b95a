import { Deployment, Pod, Service } from '../../domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { isOurs } from '../../domain/rollout/canary-deployment.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { RolloutRecord } from '../../domain/rollout/rollout-record.ts';
import { sharesService } from '../../domain/traffic/router.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { unlessFailed, unlessForbidden } from '../unless-forbidden.ts';
import type { Ground } from './ground.ts';
import { pastOf } from './manifest-preflight.ts';
import type { CanaryPlan } from './plan.ts';
import { applicationOf, readContext, type Survey, stablePodLabelsOf } from './survey.ts';

type Found = Pick<Survey, 'app' | 'stable' | 'canary' | 'around' | 'stablePods'>;

/** Known without a question to the cluster: enough to order weight 0. */
export const nothingRead = (world: World, plan: CanaryPlan): Found => ({
  app: applicationOf(plan, plan.namespace ?? world.defaultNamespace),
  stable: undefined,
  canary: undefined,
  around: [],
  stablePods: [],
});

/**
 * What is needed to go back: the two Deployments. Everything else is advisory there: what does not come is missing, whatever the reason,
 * and of other namespaces nothing is asked.
 */
export async function surveyWayBack(world: World, plan: CanaryPlan): Promise<Found> {
  const { app } = nothingRead(world, plan);
  const { namespace } = app;
  const one = (kind: Kind, name: string): Promise<KubernetesObject | undefined> => world.cluster.get({ kind, namespace, name });
  const [stable, canary] = await Promise.all([
    unlessForbidden(one(Deployment, plan.stableDeployment), undefined),
    unlessForbidden(one(Deployment, plan.canaryDeployment), undefined),
  ]);
  const here = plan.router.context(app).filter(({ elsewhere }) => elsewhere !== true);
  const [stableService, canaryService, stablePods, ...context] = await Promise.all([
    unlessFailed(one(Service, app.stableService ?? app.service), undefined),
    sharesService(app) ? undefined : unlessFailed(one(Service, app.canaryService), undefined),
    stable === undefined ? [] : unlessFailed(world.cluster.list(Pod, namespace, { labels: stablePodLabelsOf(stable) }), []),
    ...here.map((ref) => unlessFailed(readContext(world, ref), [])),
  ]);
  const around = [stable, stableService, canaryService, canary, ...context.flat()].filter((object) => object !== undefined);
  return { app, stable, canary, around, stablePods };
}

/** What is needed to go back: far less than to go forward, and nothing that could refuse. */
export function wayBackGround(plan: CanaryPlan, record: RolloutRecord, lease: LeaseView | undefined, found: Found): Ground {
  const absent = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: plan.stableDeployment } };
  const stable = found.stable ?? absent;
  const undo = lease?.template?.undo;
  const past = pastOf(stable, record.container, lease, undefined);
  return {
    app: found.app,
    stable: past.base,
    wanted: past.base,
    next: undefined,
    previousTemplate: past.previousTemplate,
    canaryLabels: plan.router.canaryLabels(found.app, found.around) ?? {},
    stablePods: found.stablePods,
    canary:
      found.canary === undefined
        ? { is: 'absent' }
        : isOurs(found.canary, plan.service)
          ? { is: 'ours' }
          : { is: 'users', deployment: found.canary },
    container: record.container,
    image: record.image,
    previousImage: record.previousImage,
    newReleases: [{ image: record.image, ...(undo === undefined ? {} : { template: undo.fingerprint }) }],
    replicas: deploymentSpec(stable).replicas ?? 1,
    port: 0,
    // Going back puts back what the Lease says.
    autoscaler: { is: 'none' },
    autoscaled: false,
    weightAtRest: record.weight,
    fixedAtRest: record.fixed ?? 0,
    lease,
    warnings: [],
    notes: [],
  };
}
