import type { Cluster } from './cluster.ts';

/** Turns a kubeconfig into a cluster that can be asked, and into a file for the steps that follow. */
export interface ClusterAccess {
  /** Throws KUBECONFIG_INVALID. Its secrets are masked from here on. Asks nobody anything yet. */
  open(kubeconfig: string, context: string): OpenCluster;
  /** Outside of the workspace, readable by this user alone. */
  keep(kubeconfig: string, context: string): Promise<Kept>;
  /** Does nothing when it is gone. Throws FILE_UNREADABLE for a path that `keep` cannot have given. */
  forget(path: string): Promise<void>;
}

export interface Kept {
  readonly path: string;
  /** What `KUBECONFIG` is to hold: this one, whose context is the current one, and behind it those that earlier steps of the job kept. */
  readonly search: string;
}

export interface OpenCluster {
  readonly cluster: Cluster;
  readonly context: string;
  /** Of the context, or `default`. */
  readonly namespace: string;
  /** Host and port of its API server. */
  readonly server: string;
  close(): void;
}
