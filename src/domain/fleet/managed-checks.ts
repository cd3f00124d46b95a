import type { ClusterCheck } from './cluster-check.ts';

/** What the cloud's own API says about a cluster, as far as a deployment depends on it. */
export interface ManagedState {
  readonly provisioningState: string;
  readonly running: boolean;
  readonly pools: readonly { readonly name: string; readonly provisioningState: string }[];
}

/** A cluster or a node pool that is being changed is not deployed to: its nodes come and go, and so do the pods on them. */
export function managedChecks({ provisioningState, running, pools }: ManagedState): readonly ClusterCheck[] {
  const busy = [
    ...(provisioningState === 'Succeeded' ? [] : [`the cluster is ${provisioningState}`]),
    ...pools.filter((pool) => pool.provisioningState !== 'Succeeded').map((pool) => `node pool ${pool.name} is ${pool.provisioningState}`),
  ];
  const power: ClusterCheck = running
    ? { name: 'power state', is: 'pass', found: 'running' }
    : { name: 'power state', is: 'fail', found: 'the cluster is stopped', remedy: 'Start it (`az aks start`), then run this job again.' };
  const state: ClusterCheck =
    busy.length === 0
      ? { name: 'provisioning state', is: 'pass', found: `Succeeded, with ${pools.length} node pools` }
      : {
          name: 'provisioning state',
          is: 'fail',
          found: busy.join('; '),
          remedy: 'Wait until the operation is over, or mend what made it fail, then run this job again.',
        };
  return [power, state];
}
