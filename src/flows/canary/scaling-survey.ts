import { type Autoscaler, scaledObjectOf, scaling } from '../../domain/capacity/autoscaler.ts';
import { autoscalerOf, isCopied, type ScalingObjects } from '../../domain/capacity/inspection.ts';
import { lookingPermissions, scaledObjectPermission, scalingPermissions } from '../../domain/capacity/permissions.ts';
import { HorizontalPodAutoscaler, PodDisruptionBudget, ScaledObject } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import type { Permission } from '../../domain/rollout/permissions.ts';
import type { Application } from '../../domain/traffic/router.ts';
import type { World } from '../../ports/world.ts';
import type { CanaryPlan } from './plan.ts';
import { unlessForbidden } from './unless-forbidden.ts';

/** What sets sizes in the namespace, and what holds pods where they are. */
export interface ScalingSurvey extends ScalingObjects {
  readonly budgets: readonly KubernetesObject[];
  readonly autoscaler: Autoscaler;
}

/** Reads only. What may not be read is missing, and shows among the permissions. */
export async function surveyScaling(world: World, plan: CanaryPlan, namespace: string): Promise<ScalingSurvey> {
  const [hpas, budgets] = await Promise.all(
    [HorizontalPodAutoscaler, PodDisruptionBudget].map((kind) => unlessForbidden(world.cluster.list(kind, namespace), [])),
  );
  const keda = kedaOf(hpas ?? [], plan);
  const scaledObject =
    keda === undefined ? undefined : await unlessForbidden(world.cluster.get({ kind: ScaledObject, namespace, name: keda }), undefined);
  const found = { hpas: hpas ?? [], scaledObject };
  return { ...found, budgets: budgets ?? [], autoscaler: autoscalerOf(found, plan.stableDeployment) };
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
