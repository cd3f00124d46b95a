import type { ClusterAccess } from '../cluster-access.ts';
import type { ManagedClusters } from '../managed-clusters.ts';
import type { Workspace } from './workspace.ts';

/** The ports that lead to a cluster. */
export interface AccessWorld extends Workspace {
  readonly access: ClusterAccess;
  /** The kubeconfig of the inputs, empty when there is none. Secret. */
  readonly kubeconfig: string;
  /** `undefined` when nobody said who this workflow is for the cloud. */
  readonly managed: ManagedClusters | undefined;
}
