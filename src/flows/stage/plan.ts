import type { ImageEntry } from '../../domain/rolling/image-entries.ts';
import type { Pace } from '../../domain/rolling/pace.ts';
import type { WorkloadRef } from '../../domain/rolling/workload-ref.ts';
import type { Seconds } from '../../domain/units/duration.ts';
import { type Lineage, noLineage } from '../lineage/fields.ts';
import type { SmokeCheck } from '../smoke.ts';

/** What a run wants, before it has seen the cluster. Holds no secret: a dry run prints it. */
export type StagePlan = UpdatePlan | OperationPlan;

interface Shared {
  readonly service: string;
  /** `undefined`: the one of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** `undefined`: called as the namespace is. */
  readonly environment: string | undefined;
  /** `undefined`: those of the manifests, and without any the service's Deployment. */
  readonly workloads: readonly WorkloadRef[] | undefined;
  readonly rolloutTimeout: Seconds;
  readonly lockTimeout: Seconds;
  readonly leaseDuration: Seconds;
  readonly gitops: 'refuse' | 'accept';
  /** Which endings are told of. */
  readonly notifyOn: 'failure' | 'always';
  readonly dryRun: boolean;
}

/** A rolling update to other images, other manifests, or both. */
export interface UpdatePlan extends Shared {
  readonly operation: 'deploy';
  readonly images: readonly ImageEntry[];
  /** Files, folders and patterns of the workspace. */
  readonly manifests: readonly string[];
  /** What to do with a field that another manager set. */
  readonly conflicts: 'refuse' | 'force';
  readonly pace: Pace;
  readonly smoke: readonly SmokeCheck[];
  /** Where the pods listen, for smoke checks. `undefined`: as the Service says. */
  readonly port: number | undefined;
  readonly changeCause: string | undefined;
  /** ConfigMaps and Secrets that somebody else applies before, by `Kind/name` with the digest of what pods see of them: pods that read them are replaced when it changes. */
  readonly settings: ReadonlyMap<string, string>;
  readonly lineage: Lineage;
}

/** Of an update that only goes back, from what was remembered: nothing of it goes forward. */
export const backOnly = ({
  service,
  namespace,
  environment,
  rolloutTimeout,
  lockTimeout,
  leaseDuration,
}: Omit<Shared, 'workloads' | 'gitops' | 'notifyOn' | 'dryRun'>): UpdatePlan => ({
  operation: 'deploy',
  service,
  namespace,
  environment,
  rolloutTimeout,
  lockTimeout,
  leaseDuration,
  workloads: undefined,
  images: [],
  manifests: [],
  conflicts: 'refuse',
  pace: { maxSurge: undefined, maxUnavailable: undefined },
  smoke: [],
  port: undefined,
  changeCause: undefined,
  settings: new Map(),
  gitops: 'accept',
  dryRun: false,
  notifyOn: 'failure',
  lineage: noLineage,
});

export const operations = ['status', 'history', 'undo', 'pause', 'resume', 'restart'] as const;
export type Operation = (typeof operations)[number];

/** What kubectl rollout does. */
export interface OperationPlan extends Shared {
  readonly operation: Operation;
  /** `undefined`: the one before the newest. */
  readonly toRevision: number | undefined;
}
