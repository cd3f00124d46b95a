import type { AksResource } from '../domain/fleet/aks-resource.ts';

/** The clusters of a cloud, as its own API describes them. Every method throws a `Failure` with a CLOUD_* code. */
export interface ManagedClusters {
  describe(resource: AksResource, signal?: AbortSignal): Promise<ManagedCluster>;
  /** A kubeconfig whose credentials are renewed while a job lasts. Full of secrets. */
  kubeconfig(resource: AksResource, signal?: AbortSignal): Promise<string>;
}

export interface ManagedCluster {
  /** `Succeeded` when nothing is being done to it. */
  readonly provisioningState: string;
  readonly running: boolean;
  /** Its API server has an address inside its network only. */
  readonly private: boolean;
  readonly version: string;
  readonly pools: readonly NodePool[];
}

export interface NodePool {
  readonly name: string;
  readonly provisioningState: string;
  readonly nodes: number;
  /** As many nodes as the autoscaler may make of it; `nodes` where there is none. */
  readonly most: number;
}
