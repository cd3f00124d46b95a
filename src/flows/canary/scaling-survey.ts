import { type Autoscaler, scaledObjectFor, scaledObjectOf, scaling } from '../../domain/capacity/autoscaler.ts';
import { autoscalerOf, isCopied, type ScalingObjects } from '../../domain/capacity/inspection.ts';
import { lookingPermissions, scaledObjectPermission, scalingPermissions } from '../../domain/capacity/permissions.ts';
import { HorizontalPodAutoscaler, PodDisruptionBudget, ScaledObject } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import type { Permission } from '../../domain/rollout/permissions.ts';
import type { Application } from '../../domain/traffic/router.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { CanaryPlan } from './plan.ts';

/** What sets sizes in the namespace, and what holds pods where they are. */
export interface ScalingSurvey extends ScalingObjects {
  readonly budgets: readonly KubernetesObject[];
  readonly autoscaler: Autoscaler;
}

/** Reads only. What may not be read is missing, and shows among the permissions. */
export async function surveyScaling(world: World, plan: CanaryPlan, namespace: string): Promise<ScalingSurvey> {
  const [hpas = [], budgets = [], scaledObjects = []] = await Promise.all(
    [HorizontalPodAutoscaler, PodDisruptionBudget, ScaledObject].map((kind) => unlessForbidden(world.cluster.list(kind, namespace), [])),
  );
  const scaledObject = scaledObjectFor(scaledObjects, plan.stableDeployment) ?? (await named(world, namespace, kedaOf(hpas, plan)));
  const found = { hpas, scaledObject, canaryScaledObject: scaledObjectFor(scaledObjects, plan.canaryDeployment) };
  return { ...found, budgets, autoscaler: autoscalerOf(found, plan.stableDeployment) };
}

/** Whom stable's HPA names as its owner may be read where a list may not. */
async function named(world: World, namespace: string, name: string | undefined): Promise<KubernetesObject | undefined> {
  if (name === undefined) return undefined;
  return await unlessForbidden(world.cluster.get({ kind: ScaledObject, namespace, name }), undefined);
}

const kedaOf = (hpas: readonly KubernetesObject[], plan: CanaryPlan): string | undefined =>
  scaling(hpas, plan.stableDeployment)
    .map(scaledObjectOf)
    .find((name) => name !== undefined);

/** What a run needs to look at autoscalers, and to change those that are there. */
export function scalingNeeds(
  plan: CanaryPlan,
  app: Application,
  stable: KubernetesObject | undefined,
  found: ScalingSurvey,
): readonly Permission[] {
  const needs = { service: plan.service, namespace: app.namespace };
  const keda = kedaOf(found.hpas, plan);
  const copied = stable !== undefined && isCopied({ autoscaler: found.autoscaler, ...meaningOf(plan, app, stable) });
  return [
    ...lookingPermissions(needs),
    ...(keda === undefined || found.scaledObject !== undefined ? [] : scaledObjectPermission(needs, keda)),
    ...scalingPermissions(needs, found.autoscaler, copied && plan.stages.some(({ weight }) => weight >= 50)),
  ];
}

/** How a metric of stable's autoscaler is understood. */
export const meaningOf = (plan: CanaryPlan, app: Application, stable: KubernetesObject) => ({
  stable: [plan.stableDeployment, app.service, ...(app.stableService === undefined ? [] : [app.stableService])],
  containers: (deploymentSpec(stable).template?.spec?.containers ?? []).map(({ name }) => name),
});
