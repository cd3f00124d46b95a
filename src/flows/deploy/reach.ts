import { managedChecks } from '../../domain/fleet/managed-checks.ts';
import type { Seconds } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { ClusterWay, FleetWorld, ReachedCluster } from '../../ports/worlds/fleet.ts';
import { wayTo } from '../cluster/way.ts';

/**
 * The ports to a cluster. One of AKS is asked for its kubeconfig as this workflow itself, where it is known who that is and no kubeconfig was given by
 * name: for a release as `actions/cluster` does it, and only a cluster that runs and is at rest. Throws a Failure.
 */
export async function reachFor(way: ClusterWay, patience: Seconds, fleet: FleetWorld, signal: AbortSignal): Promise<ReachedCluster> {
  const { cluster = '', aks } = way;
  if (aks === undefined || !isOwn(way, fleet)) return fleet.reach(way);
  const found = await wayTo({ aks: aks.resource, cloud: aks.cloud, patience }, undefined, { ...fleet, kubeconfig: '' }, signal);
  const unfit = (found.managed === undefined ? [] : managedChecks(found.managed)).flatMap((check) => (check.is === 'fail' ? [check] : []));
  const [first] = unfit;
  if (first !== undefined)
    throw new Failure('CLOUD_REFUSED', `Azure says of ${cluster}: ${unfit.map((each) => each.found).join('; ')}.`, first.remedy);
  return fleet.reach(way, found.kubeconfig);
}

/** The same for the way back, which no state of the cluster keeps from being tried. */
export async function reachAgain(way: ClusterWay, fleet: FleetWorld): Promise<ReachedCluster> {
  const { aks } = way;
  if (aks === undefined || fleet.managed === undefined || !isOwn(way, fleet)) return fleet.reach(way);
  return fleet.reach(way, await fleet.managed.kubeconfig(aks));
}

const isOwn = ({ cluster = '' }: ClusterWay, { managed, given }: FleetWorld): boolean => managed !== undefined && !given.has(cluster);
