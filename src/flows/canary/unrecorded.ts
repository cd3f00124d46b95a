import { Deployment } from '../../domain/kubernetes/kinds.ts';
import { nameOf } from '../../domain/kubernetes/object.ts';
import { deploymentStatus } from '../../domain/kubernetes/workload.ts';
import { containerOf, imageOf } from '../../domain/rollout/container-image.ts';
import { epochOf } from '../../domain/rollout/lease.ts';
import type { RolloutRecord } from '../../domain/rollout/rollout-record.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { whereItRuns } from '../signature.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { CanaryPlan } from './plan.ts';
import { applicationOf } from './survey.ts';

export interface OnRoute {
  /** Percent that the canary gets. A route that is gone sends nobody there. */
  readonly weight: number;
  /** It carries the epoch of a run. */
  readonly isMarked: boolean;
}

/** The route is asked, and not a Lease that somebody may have deleted. */
export async function onRoute(world: World, plan: CanaryPlan): Promise<OnRoute> {
  const app = applicationOf(plan, plan.namespace ?? world.defaultNamespace);
  const found = await Promise.all(plan.router.objects(app).map((ref) => world.cluster.get(ref)));
  const objects = found.filter((object) => object !== undefined);
  return {
    weight: objects.length < found.length ? 0 : plan.router.weight(objects, app),
    isMarked: objects.some((object) => epochOf(object) > 0),
  };
}

/**
 * What a Lease would say of users who are on the canary without a rollout in it. `undefined`: there are none, or nobody may look. Nobody
 * knows what stable was to become, so that it stays as it is, and has to be able to serve. Throws OPERATION_REFUSED where it is not.
 */
export async function unrecorded(world: World, plan: CanaryPlan): Promise<RolloutRecord | undefined> {
  const { weight = 0 } = (await unlessForbidden(onRoute(world, plan), undefined)) ?? {};
  if (weight === 0) return undefined;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const ref = { kind: Deployment, namespace, name: plan.stableDeployment };
  const [stable, canary] = await Promise.all([
    unlessForbidden(world.cluster.get(ref), undefined),
    unlessForbidden(world.cluster.get({ ...ref, name: plan.canaryDeployment }), undefined),
  ]);
  const ready = stable === undefined ? 0 : (deploymentStatus(stable).readyReplicas ?? 0);
  if (stable === undefined || ready === 0) {
    throw new Failure(
      'OPERATION_REFUSED',
      `The route gives the canary ${roundedPercent(weight)} %, no Lease says what stable ran before, and ${nameOf(ref)} has no ready pod that could take these users.`,
      `See the pods of ${nameOf(ref)}: bring them to a version that serves, as with \`kubectl rollout undo\`. Then run \`operation: abort\`.`,
    );
  }
  const container = containerOf(stable, plan.container);
  const name = container.ok ? container.value : '';
  return {
    phase: 'stages',
    weight,
    container: name,
    image: (canary === undefined ? undefined : imageOf(canary, name)) ?? '',
    previousImage: imageOf(stable, name) ?? '',
    run: whereItRuns(world),
    since: world.clock.now().toISOString(),
  };
}

export const notWritten =
  'No Lease says what else that rollout had changed: see the image and the template of stable, and the minimum of its autoscaler.';
