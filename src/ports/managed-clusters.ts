import type { AksPlace } from '../domain/fleet/aks-place.ts';

/** The clusters of a cloud, as its own API describes them. Every method throws a `Failure` with a CLOUD_* code. */
export interface ManagedClusters {
  describe(place: AksPlace, signal?: AbortSignal): Promise<ManagedCluster>;
  /** A kubeconfig whose credentials are renewed while a job lasts. Full of secrets. */
  kubeconfig(place: AksPlace, signal?: AbortSignal): Promise<string>;
}

export interface ManagedCluster {
  /** `Succeeded` when nothing is being done to it. Empty when it is not told. */
  readonly provisioningState: string;
  readonly running: boolean;
  /** Who reaches its API server: all, only who is inside its network, or only listed addresses. */
  readonly reachable: 'from-anywhere' | 'from-inside' | 'from-listed-addresses';
  readonly pools: readonly NodePool[];
}

export interface NodePool {
  readonly name: string;
  readonly provisioningState: string;
  readonly nodes: number;
  /** As many nodes as the autoscaler may make of it; `nodes` where there is none. */
  readonly most: number;
}
