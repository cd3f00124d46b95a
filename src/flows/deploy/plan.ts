import type { AzureCloud } from '../../domain/fleet/azure-cloud.ts';
import type { ImageOverride } from '../../domain/fleet/release-images.ts';
import type { Seconds } from '../../domain/units/duration.ts';
import type { ReleaseFile } from './release-file.ts';

/** What a run wants, before it has seen a file or a cluster. Holds no secret: a dry run prints it. */
export interface DeployPlan {
  /** Written in the step, or a file of the workspace. */
  readonly release: { readonly is: 'given'; readonly file: ReleaseFile } | { readonly is: 'file'; readonly path: string };
  readonly version: string | undefined;
  readonly images: readonly ImageOverride[];
  readonly uncheckedImages: 'refuse' | 'accept';
  readonly skipBackup: string | undefined;
  /** `undefined`: the one cluster of the kubeconfig. */
  readonly clusters: ClusterChoice | undefined;
  readonly environment: string | undefined;
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  /** For clusters of AKS: the cloud in the place of the file's, and seconds for an operation that is under way. */
  readonly azure: { readonly cloud: AzureCloud | undefined; readonly patience: Seconds };
  readonly onFailure: 'stop' | 'revert';
  readonly servicesAtOnce: number;
  readonly clustersAtOnce: number;
  readonly soak: Seconds;
  readonly conflicts: 'refuse' | 'force';
  readonly gitops: 'refuse' | 'accept';
  readonly rolloutTimeout: Seconds;
  readonly lockTimeout: Seconds;
  readonly leaseDuration: Seconds;
  readonly changeCause: string | undefined;
  readonly dryRun: boolean;
  /** Environment that every image has to have passed; `undefined`: that is not asked for. */
  readonly staging: string | undefined;
}

export interface ClusterChoice {
  readonly file: string;
  /** `all`: every one of the environment. */
  readonly names: readonly string[] | 'all';
}
