import type { ClusterCheck } from './cluster-check.ts';

/** What the cloud's own API says about a cluster, as far as a deployment depends on it. */
export interface ManagedState {
  readonly provisioningState: string;
  readonly running: boolean;
  readonly pools: readonly { readonly name: string; readonly provisioningState: string }[];
}

const over = ['Succeeded', 'Failed', 'Canceled'];

/** What is being done to a cluster or its node pools right now: nodes come and go with it, and so do the pods on them. */
export const underWay = ({ provisioningState, pools }: ManagedState): readonly string[] =>
  statesOf(provisioningState, pools, (state) => !over.includes(state));

/** An operation that is under way stops a deployment. One that once failed does not: the cluster may serve all the same, and is asked next. */
export function managedChecks(state: ManagedState): readonly ClusterCheck[] {
  const { provisioningState, running, pools } = state;
  const power: ClusterCheck = running
    ? { name: 'power state', is: 'pass', found: 'running' }
    : { name: 'power state', is: 'fail', found: 'the cluster is stopped', remedy: 'Start it (`az aks start`), then run this job again.' };
  return [
    power,
    provisioning(
      underWay(state),
      statesOf(provisioningState, pools, (each) => each !== 'Succeeded'),
      pools.length,
    ),
  ];
}

function provisioning(busy: readonly string[], unsound: readonly string[], pools: number): ClusterCheck {
  const name = 'provisioning state';
  if (busy.length > 0)
    return {
      name,
      is: 'fail',
      found: busy.join('; '),
      remedy: 'Wait until the operation is over (`wait-for-operation: 20m` does), then run this job again.',
    };
  if (unsound.length > 0)
    return {
      name,
      is: 'warning',
      found: unsound.join('; '),
      remedy: 'Mend what made the last operation fail (`az aks update` repeats it).',
    };
  return { name, is: 'pass', found: `Succeeded, with ${pools === 1 ? 'one node pool' : `${pools} node pools`}` };
}

/** A state that is not told is not a good one. */
const statesOf = (cluster: string, pools: ManagedState['pools'], which: (state: string) => boolean): readonly string[] => [
  ...(which(cluster) ? [`the cluster is ${cluster || 'in no state that Azure tells'}`] : []),
  ...pools.flatMap(({ name, provisioningState: state }) =>
    which(state) ? [`node pool ${name} is ${state || 'in no state that Azure tells'}`] : [],
  ),
];
