import { HorizontalPodAutoscaler, PodDisruptionBudget, ScaledObject } from '../kubernetes/kinds.ts';
import type { Permission } from '../rollout/permissions.ts';
import { advisory, required } from '../rollout/required.ts';
import { type Autoscaler, isPaused, kindOf } from './autoscaler.ts';
import { canaryAutoscalerRef } from './canary-autoscaler.ts';

export interface ScalingNeeds {
  readonly service: string;
  readonly namespace: string;
}

/** What it takes to know what sets the size of stable. */
export const lookingPermissions = (needs: ScalingNeeds): readonly Permission[] => [
  ...required(needs, HorizontalPodAutoscaler, ['list'], 'see what sets the size of stable and of the canary'),
  ...advisory(needs, PodDisruptionBudget, ['list'], 'check which pods a PodDisruptionBudget counts'),
  ...advisory(needs, ScaledObject, ['list'], 'see whether KEDA scales stable or the canary, also where it is paused or has not begun'),
];

/** What a rollout does to this autoscaler; nothing where there is none. `copied`: the canary gets one like it. */
export function scalingPermissions(needs: ScalingNeeds, autoscaler: Autoscaler, copied: boolean): readonly Permission[] {
  if (autoscaler.is === 'none') return [];
  const why = 'keep stable from being scaled down while the canary has traffic, and put its minimum back';
  const temporary = "give the canary a copy of stable's autoscaler, and take it away";
  return [
    // A paused one is left as it is.
    ...required(needs, kindOf(autoscaler), isPaused(autoscaler.object) ? ['get'] : ['get', 'patch'], why, autoscaler.object.metadata.name),
    ...(copied
      ? [
          ...required(needs, HorizontalPodAutoscaler, ['create'], temporary),
          ...required(needs, HorizontalPodAutoscaler, ['patch', 'delete'], temporary, canaryAutoscalerRef(needs).name),
        ]
      : []),
  ];
}

/** KEDA's object, where an HPA says that it was made of one. */
export const scaledObjectPermission = (needs: ScalingNeeds, name: string): readonly Permission[] =>
  required(needs, ScaledObject, ['get'], 'read what KEDA scales stable by', name);
