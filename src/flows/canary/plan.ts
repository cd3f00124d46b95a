import type { Criterion } from '../../domain/analysis/criteria.ts';
import type { MetricSource } from '../../domain/analysis/metric-source.ts';
import { http } from '../../domain/analysis/presets/http.ts';
import type { AllowedSkips, PipelineGate } from '../../domain/gates/pipeline.ts';
import type { GuardianWish } from '../../domain/guardian/objects.ts';
import { ladderToPromote } from '../../domain/rollout/plan.ts';
import type { Router, Sides } from '../../domain/traffic/router.ts';
import type { Seconds } from '../../domain/units/duration.ts';
import type { ImageRef } from '../../domain/units/image.ts';
import type { Stage } from '../../domain/units/stages.ts';
import { type Lineage, noLineage } from '../lineage/fields.ts';
import type { SmokeCheck } from '../smoke.ts';

/** What a run wants, before it has seen the cluster. Holds no secret: a dry run prints it. */
export interface CanaryPlan {
  /** `promote` is a canary with the evidence of an earlier one: it begins at 100 %. */
  readonly action: 'canary' | 'promote';
  readonly service: string;
  /** `undefined`: the one of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** `undefined`: called as the namespace is. */
  readonly environment: string | undefined;
  /** `undefined` only in `promote`: the one of the evidence. */
  readonly image: ImageRef | undefined;
  readonly container: string | undefined;
  /** Files, folders or patterns whose Deployment gives the pod template. Empty: only the image changes. */
  readonly manifests: readonly string[];
  readonly stableDeployment: string;
  /** The canary's Deployment, and the Service that leads to it. */
  readonly canaryDeployment: string;
  readonly router: Router;
  readonly route: string;
  /** Istio: the hosts of both sides, where they are not the Services' names. */
  readonly hosts: { readonly stable: string | undefined; readonly canary: string | undefined };
  /** Istio: both sides as subsets of one host. */
  readonly subsets: Sides | undefined;
  readonly selectors: { readonly stable: string | undefined; readonly canary: string | undefined };
  readonly stages: readonly Stage[];
  readonly interval: Seconds;
  readonly source: MetricSource;
  readonly criteria: readonly Criterion[];
  readonly minRequests: number;
  readonly failureThreshold: number;
  readonly noDataTimeout: Seconds;
  readonly smoke: readonly SmokeCheck[];
  readonly promote: boolean;
  readonly requireEvidence: boolean;
  readonly rolloutTimeout: Seconds;
  readonly lockTimeout: Seconds;
  /** So long does the lock hold without being renewed. Whole seconds. */
  readonly leaseDuration: Seconds;
  /** `undefined`: none is made. */
  readonly guardian: GuardianWish | undefined;
  readonly drain: Seconds;
  readonly pauseLimit: Seconds;
  /** So long does the guardian keep a paused canary after its run has ended. */
  readonly pauseDeadline: Seconds;
  readonly atRest: 'reset' | 'stop';
  /** Pods that a canary keeps at weight 0 when it ended well. */
  readonly canaryAtRest: number;
  readonly gitops: 'refuse' | 'accept';
  readonly dryRun: boolean;
  readonly lineage: Lineage;
  /** What has to have passed before. Empty: nobody said. */
  readonly gates: readonly PipelineGate[];
  readonly allowedSkips: AllowedSkips;
  /** Which endings are told of: `failure` is every one but a good one. */
  readonly notifyOn: 'failure' | 'always';
  /** Prometheus' Service, when it is asked through the API server. */
  readonly metricsService: { readonly namespace: string; readonly name: string } | undefined;
}

type WayBack = Pick<
  CanaryPlan,
  | ('service' | 'namespace' | 'environment' | 'container' | 'stableDeployment' | 'canaryDeployment')
  | ('router' | 'route' | 'hosts' | 'subsets' | 'rolloutTimeout' | 'lockTimeout' | 'leaseDuration' | 'drain')
>;

/** All that its way back asks of a canary's plan: nothing goes forward, nothing is measured, and no gate is waited for. */
export const wayBackPlan = (back: WayBack): CanaryPlan => ({
  action: 'canary',
  service: back.service,
  namespace: back.namespace,
  environment: back.environment,
  container: back.container,
  stableDeployment: back.stableDeployment,
  canaryDeployment: back.canaryDeployment,
  router: back.router,
  route: back.route,
  hosts: back.hosts,
  subsets: back.subsets,
  rolloutTimeout: back.rolloutTimeout,
  lockTimeout: back.lockTimeout,
  leaseDuration: back.leaseDuration,
  drain: back.drain,
  image: undefined,
  manifests: [],
  selectors: { stable: undefined, canary: undefined },
  stages: [],
  interval: 2,
  source: http,
  criteria: [],
  minRequests: 1,
  failureThreshold: 1,
  noDataTimeout: back.rolloutTimeout,
  smoke: [],
  promote: false,
  requireEvidence: false,
  // Whoever guards is dismissed.
  guardian: { image: '', serviceAccount: undefined },
  pauseLimit: 1,
  pauseDeadline: 1,
  atRest: 'reset',
  canaryAtRest: 0,
  gitops: 'accept',
  dryRun: false,
  lineage: noLineage,
  gates: [],
  allowedSkips: {},
  notifyOn: 'failure',
  metricsService: undefined,
});

/** What the inputs say; the ladder of a promotion is completed in `planRollout`. */
export type Wishes = CanaryPlan;

export const planRollout = (wishes: Wishes): CanaryPlan => ({
  ...wishes,
  stages: !wishes.promote ? wishes.stages : (inPlace(wishes) ?? ladderToPromote(wishes.stages, wishes.interval)),
});

/** A canary that cannot carry everyone is promoted from its last stage; without one, as `promote` has none, from the largest it can have. */
function inPlace({ router, stages, interval }: Wishes): readonly Stage[] | undefined {
  if (router.pods === undefined) return undefined;
  return stages.length > 0 ? stages : [{ weight: router.pods.ceiling, holdSeconds: interval }];
}
