import type { Criterion } from '../analysis/criteria.ts';
import type { Seconds } from '../units/duration.ts';
import type { Stage } from '../units/stages.ts';

/** What `step` needs to know to decide. Times are seconds. */
export interface RolloutPlan {
  /** Never empty, weights only grow. Ends at 100 where `promote` is set: 100 % is observed before stable is touched. */
  readonly stages: readonly Stage[];
  readonly interval: Seconds;
  readonly criteria: readonly Criterion[];
  readonly minRequests: number;
  /** So many failing checks in a row take the canary back. */
  readonly failureThreshold: number;
  /** So long may measurements be missing, and so much longer than planned may a stage last to gather its requests. */
  readonly noDataTimeout: Seconds;
  readonly promote: boolean;
  readonly smoke: boolean;
  /** No weight moves before a guardian in the cluster can take it back. */
  readonly guardian: boolean;
  /** An autoscaler sets stable's size, or a dead run has left one pinned. */
  readonly minima: boolean;
  /** From half of the traffic on the canary gets an autoscaler of its own. */
  readonly canaryAutoscaler: boolean;
  /** After a weight of 0: so long do requests in flight and clients that cached an address have to leave. */
  readonly drain: Seconds;
  readonly rolloutTimeout: Seconds;
  /** Pods that the canary keeps at weight 0 when it ended well. Missing: none. */
  readonly canaryAtRest?: number;
  /** A run before this one left a rollout unfinished: taking it back is an ending that people are told of. */
  readonly leftBehind?: boolean;
  /** So long does a run wait for a person, before it leaves that to the guardian or goes back. */
  readonly pauseLimit: Seconds;
  /** Stable's replicas before the release: what the canary's share is a share of. */
  readonly replicas: number;
  /** The share is made by pods: so many give one, and the canary never carries everyone. Its stages are shares that pods can give. */
  readonly podsFor?: (stable: number, percent: number) => number;
}

/** Pods that the canary needs to carry so many percent of the traffic of a service of this size: never fewer than one. */
export const replicasFor = (plan: RolloutPlan, weight: number): number =>
  plan.podsFor?.(plan.replicas, weight) ?? Math.max(1, Math.ceil((Math.max(1, plan.replicas) * weight) / 100));

/** From this share of the traffic on, load that grows is the canary's to carry. Percent. */
const autoscaledFrom = 50;

/** Pods, and whether an autoscaler may add to them. */
export interface CanarySize {
  readonly replicas: number;
  readonly autoscaled?: true;
}

/** Of a stage. */
export function sizeOf(plan: RolloutPlan, stage: number): CanarySize {
  const weight = nextWeight(plan, stage);
  return {
    replicas: replicasFor(plan, weight),
    ...(plan.canaryAutoscaler && plan.podsFor === undefined && weight >= autoscaledFrom ? { autoscaled: true } : {}),
  };
}

/** At weight 0 the canary is looked at in the size that its first users will find. */
export const replicasOf = (plan: RolloutPlan, stage: number): number => replicasFor(plan, nextWeight(plan, stage));

const nextWeight = (plan: RolloutPlan, stage: number): number => plan.stages.slice(stage).find(({ weight }) => weight > 0)?.weight ?? 0;

/** The canary's share while stable gets the new image: all of it, or as much as pods give, beside a stable that is changed in its place. */
export const promotingWeight = ({ podsFor, stages }: RolloutPlan): number => (podsFor === undefined ? 100 : (stages.at(-1)?.weight ?? 0));

/** The canary's share while stable is judged with the new image. */
export const returningWeight = (plan: RolloutPlan): number => (plan.podsFor === undefined ? 50 : promotingWeight(plan));

/**
 * A ladder that is to be promoted ends at 100 %. Where the user's own does not, a last stage of one interval is added: no
 * stable Deployment is changed before its whole traffic was seen on the new version.
 */
export const ladderToPromote = (stages: readonly Stage[], interval: Seconds): readonly Stage[] =>
  stages.at(-1)?.weight === 100 ? stages : [...stages, { weight: 100, holdSeconds: interval }];

/** Whether users were sent to the canary in any stage before this one. */
export const carriedTraffic = (plan: RolloutPlan, before: number): boolean =>
  plan.stages.slice(0, before).some((stage) => stage.weight > 0);
