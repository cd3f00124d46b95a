import { kindOf, mostPods, scaledObjectOf, scaling } from '../../domain/capacity/autoscaler.ts';
import { disruptionWarnings } from '../../domain/capacity/disruption.ts';
import { scalingNotes, scalingProblems } from '../../domain/capacity/inspection.ts';
import { HorizontalPodAutoscaler } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec, type PodTemplate, podLabels } from '../../domain/kubernetes/workload.ts';
import { surgeBefore } from '../../domain/rolling/strategy.ts';
import { cloneLabels, isOurs } from '../../domain/rollout/canary-deployment.ts';
import type { Findings } from '../../domain/rollout/problem.ts';
import { inspectQuota, type QuotaInspection } from '../../domain/rollout/quota.ts';
import { guardianTemplate } from './guardian-preflight.ts';
import type { CanaryPlan } from './plan.ts';
import { isReadable } from './preflight-checks.ts';
import { meaningOf } from './scaling-survey.ts';
import type { Survey } from './survey.ts';

export interface ScalingFindings extends Findings {
  readonly notes: readonly string[];
}

/** Who else sets sizes, and what a rollout is going to do about it. */
export function scalingFindings(plan: CanaryPlan, found: Survey): ScalingFindings {
  const { app, stable, scaling: objects } = found;
  if (stable === undefined || !isReadable(found, HorizontalPodAutoscaler.resource)) return { problems: [], warnings: [], notes: [] };
  const names = { service: plan.service, namespace: app.namespace, stableName: plan.stableDeployment, canaryName: plan.canaryDeployment };
  const pods = sizeOf(stable);
  return {
    problems: scalingProblems(objects, names),
    warnings: [...goneScaledObject(plan, found), ...disruptionWarnings(objects.budgets, { ...labelsOf(plan, found, stable), pods })],
    notes: scalingNotes({
      autoscaler: objects.autoscaler,
      pods,
      shareIsPods: plan.router.pods !== undefined,
      ...meaningOf(plan, app, stable),
    }),
  };
}

function goneScaledObject(plan: CanaryPlan, found: Survey): Findings['warnings'] {
  const { hpas, scaledObject, autoscaler } = found.scaling;
  const [hpa] = scaling(hpas, plan.stableDeployment);
  const name = hpa === undefined ? undefined : scaledObjectOf(hpa);
  if (autoscaler.is !== 'none' || hpa === undefined || scaledObject !== undefined) return [];
  return [
    {
      what: `HorizontalPodAutoscaler ${hpa.metadata.name} was made by KEDA of ScaledObject ${name}, which was not found: stable's minimum is not kept during the rollout.`,
      remedy: 'See whether it was deleted: then KEDA takes its autoscaler away as well.',
    },
  ];
}

function labelsOf({ router, service }: CanaryPlan, { app, around, canary }: Survey, stable: KubernetesObject) {
  const users = canary !== undefined && !isOurs(canary, service) ? podLabels(canary) : undefined;
  return { stable: podLabels(stable), canary: users ?? cloneLabels(stable, router.canaryLabels(app, around) ?? {}, service) };
}

const sizeOf = (deployment: KubernetesObject): number => Math.max(1, deploymentSpec(deployment).replicas ?? 1);

/**
 * Room for two full sizes, for the guardian, and for the pod that a promotion begins with: without room for these the rollout would stop half
 * way. To which size load may make the canary grow beyond that is a warning.
 */
export function quotaFindings(
  plan: CanaryPlan,
  { app, quotas, canary, scaling: { autoscaler } }: Pick<Survey, 'app' | 'quotas' | 'canary' | 'scaling'>,
  stable: KubernetesObject,
  template: PodTemplate,
): QuotaInspection {
  const running = canary === undefined ? 0 : (deploymentSpec(canary).replicas ?? 1);
  const size = sizeOf(stable);
  const most = mostPods(autoscaler) ?? size;
  const whose = (pods: number, why: string): string => `of the canary ${plan.canaryDeployment}, which ${why} ${pods}`;
  const surge = plan.promote && plan.router.pods === undefined ? surgeBefore(stable, size) : 0;
  const guardian = guardianTemplate(plan, app);
  const beside = guardian === undefined ? [] : [{ template: guardian, pods: 1 }];
  const full = inspectQuota(
    quotas,
    [{ template, pods: Math.max(0, size - running) + surge }, ...beside],
    [
      whose(size, 'grows to the size of stable,'),
      ...(surge === 0 ? [] : ['of stable, whose update begins with a pod more']),
      ...(guardian === undefined ? [] : ['of the guardian']),
    ].join(', '),
  );
  if (plan.router.pods !== undefined || autoscaler.is !== 'hpa' || most <= size || full.problems.length > 0) return full;
  const grown = inspectQuota(
    quotas,
    [{ template, pods: most - running }],
    whose(most, `may grow to the maxReplicas of ${kindOf(autoscaler).kind} ${autoscaler.object.metadata.name},`),
  );
  const rarely = grown.problems.map(({ what, remedy }) => ({ what, remedy: `${remedy} It is needed only if the load grows so far.` }));
  return { problems: [], warnings: [...full.warnings, ...rarely] };
}
