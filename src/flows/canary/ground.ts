import type { Autoscaler } from '../../domain/capacity/autoscaler.ts';
import { isNothing, nothingChanged } from '../../domain/capacity/record.ts';
import type { Labels } from '../../domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import type { NewTemplate, Release } from '../../domain/manifests/release.ts';
import { unfinished } from '../../domain/rollout/begin.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { RolloutPlan } from '../../domain/rollout/plan.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { Application } from '../../domain/traffic/router.ts';
import type { CanaryPlan } from './plan.ts';

/** What the preflight found, and what follows from it: everything a rollout stands on. */
export interface Ground {
  readonly app: Application;
  /** As it was before any rollout that is not over. */
  readonly stable: KubernetesObject;
  /** As stable shall be: its template, or that of the manifests. The canary is made from it. */
  readonly wanted: KubernetesObject;
  /** Of manifests. `undefined`: only the image changes. */
  readonly next: NewTemplate | undefined;
  /** The template that stable gets back; `undefined` where only its image is changed. */
  readonly previousTemplate: PodTemplate | undefined;
  /** The labels by which the canary's share reaches its pods. */
  readonly canaryLabels: Labels;
  readonly stablePods: readonly KubernetesObject[];
  /** Ours is made again from stable; of the user's own only the image changes. */
  readonly canary: { readonly is: 'absent' | 'ours' } | { readonly is: 'users'; readonly deployment: KubernetesObject };
  readonly container: string;
  /** By digest where the registry said it. */
  readonly image: string;
  readonly previousImage: string;
  /** What stable runs only because of a rollout: this run's, and that of a promotion that broke off before. */
  readonly newReleases: readonly Release[];
  /** Stable's replicas before the release. */
  readonly replicas: number;
  /** Where the canary's pods listen, for smoke checks. */
  readonly port: number;
  /** The canary's weight as the route stands. Percent. */
  readonly weightAtRest: number;
  /** Rules that send requests to the canary whatever its weight: that many are as people want it. */
  readonly fixedAtRest: number;
  /** What sets stable's size. */
  readonly autoscaler: Autoscaler;
  /** The canary gets one like it. */
  readonly autoscaled: boolean;
  readonly lease: LeaseView | undefined;
  readonly warnings: readonly Problem[];
  readonly notes: readonly string[];
}

export function rolloutPlanOf(plan: CanaryPlan, ground: Ground): RolloutPlan {
  return {
    stages: plan.router.pods?.ladder(plan.stages, ground.replicas) ?? plan.stages,
    ...(plan.router.pods === undefined ? {} : { podsFor: plan.router.pods.podsFor }),
    interval: plan.interval,
    criteria: plan.criteria,
    minRequests: plan.minRequests,
    failureThreshold: plan.failureThreshold,
    noDataTimeout: plan.noDataTimeout,
    promote: plan.promote,
    smoke: plan.smoke.length > 0,
    guardian: plan.guardian !== undefined,
    minima: ground.autoscaler.is !== 'none' || !isNothing(ground.lease?.capacity ?? nothingChanged),
    canaryAutoscaler: ground.autoscaled,
    drain: plan.drain,
    rolloutTimeout: plan.rolloutTimeout,
    canaryAtRest: plan.canaryAtRest,
    pauseLimit: plan.pauseLimit,
    replicas: ground.replicas,
    leftBehind: unfinished(ground.lease?.rollout),
  };
}
