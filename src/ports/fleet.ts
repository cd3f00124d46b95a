import type { Forge } from './forge.ts';
import type { Notifier } from './notifier.ts';
import type { Registry } from './registry.ts';
import type { Workspace } from './workspace.ts';
import type { World } from './world.ts';

/** The ports of a flow that works on several clusters. */
export interface Fleet extends Workspace {
  readonly registry: Registry;
  /** `undefined` without a token. */
  readonly forge: Forge | undefined;
  readonly notifiers: readonly Notifier[];
  /** The ports to one cluster. Throws KUBECONFIG_INVALID. Asks nobody anything yet. */
  reach(way: ClusterWay): ReachedCluster;
}

export interface ClusterWay {
  /** Whose kubeconfig of those that were given by name; `undefined`, or none of that name: the one that was given for all. */
  readonly cluster: string | undefined;
  /** Empty: the kubeconfig's current one. */
  readonly context: string;
}

export interface ReachedCluster {
  readonly world: World;
  /** Host and port of its API server. */
  readonly server: string;
}
