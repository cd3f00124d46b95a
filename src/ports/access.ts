import type { ClusterAccess } from './cluster-access.ts';
import type { Workspace } from './workspace.ts';

/** The ports that lead to a cluster. */
export interface Access extends Workspace {
  readonly access: ClusterAccess;
  /** The kubeconfig of the inputs, empty when there is none. Secret. */
  readonly kubeconfig: string;
}
