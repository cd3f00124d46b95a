import type { AksPlace } from '../../domain/fleet/aks-place.ts';
import type { Forge } from '../forge.ts';
import type { ManagedClusters } from '../managed-clusters.ts';
import type { Notifier } from '../notifier.ts';
import type { Registry } from '../registry.ts';
import type { World } from './cluster.ts';
import type { Workspace } from './workspace.ts';

/** The ports of a flow that works on several clusters. */
export interface FleetWorld extends Workspace {
  readonly registry: Registry;
  /** `undefined` without a token. */
  readonly forge: Forge | undefined;
  readonly notifiers: readonly Notifier[];
  /** `undefined` when nobody said who this workflow is for the cloud. */
  readonly managed: ManagedClusters | undefined;
  /** Names of the clusters whose own kubeconfig was given. */
  readonly given: ReadonlySet<string>;
  /**
   * The ports to one cluster. Throws KUBECONFIG_INVALID. Asks nobody anything yet.
   * @param kubeconfig of its cloud, in the place of those that were given.
   */
  reach(way: ClusterWay, kubeconfig?: string): ReachedCluster;
}

export interface ClusterWay {
  /** Whose kubeconfig of those that were given by name; `undefined`, or none of that name: the one that was given for all. */
  readonly cluster: string | undefined;
  /** Empty: the kubeconfig's current one. */
  readonly context: string;
  /** What `actions/cluster` calls it, where it opened it: counts for a kubeconfig that was not given by name. */
  readonly opened?: string | undefined;
  /** Where its cloud has it, which can be asked for a kubeconfig. */
  readonly aks?: AksPlace | undefined;
}

export interface ReachedCluster {
  readonly world: World;
  /** Host and port of its API server. */
  readonly server: string;
}
