import type { AksPlace } from '../../domain/fleet/aks-place.ts';
import { aksContext } from '../../domain/fleet/aks-resource.ts';
import { type AzureCloud, azureClouds, publicCloud } from '../../domain/fleet/azure-cloud.ts';
import type { NamedCluster } from '../../domain/fleet/named-cluster.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { ClusterWay, FleetWorld } from '../../ports/worlds/fleet.ts';
import { endedByCancel } from '../cancel.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { sideBySide } from '../side-by-side.ts';
import type { DeployPlan } from './plan.ts';
import { reachFor } from './reach.ts';
import { chosenClusters } from './read-release.ts';
import type { ReleaseFile } from './release-file.ts';

/** A cluster that a release goes to. */
export interface Target {
  /** As the file calls it, or its API server's host. */
  readonly name: string;
  readonly weight: number;
  readonly canary: boolean;
  readonly region: string | undefined;
  /** What leads to it again, for a successor. */
  readonly way: ClusterWay;
  readonly server: string;
  readonly namespace: string;
  readonly world: World;
}

/** Every cluster with its ports. Throws PREFLIGHT_FAILED with everything that keeps one from being reached. */
export async function findTargets(
  plan: DeployPlan,
  file: ReleaseFile,
  fleet: FleetWorld,
  cancellation: Cancellation,
): Promise<readonly Target[]> {
  if (plan.clusters === undefined) return [lone(plan, file, fleet)];
  const { clusters, problems } = await chosenClusters(plan.clusters, plan.environment, fleet);
  const reached = await endedByCancel(cancellation, (signal) =>
    sideBySide(clusters, plan.clustersAtOnce, (cluster) => named(plan, file, fleet, cluster, signal)),
  );
  const targets = reached.flatMap((each) => ('target' in each ? [each.target] : []));
  const all = [...problems, ...reached.flatMap((each) => ('problem' in each ? [each.problem] : [])), ...sameTwice(targets)];
  if (all.length > 0) throw preflightFailed(all, 'the release');
  return targets;
}

function lone(plan: DeployPlan, file: ReleaseFile, fleet: FleetWorld): Target {
  const way = { cluster: undefined, context: plan.context ?? '' };
  const { world, server } = fleet.reach(way);
  const namespace = plan.namespace ?? file.namespace ?? world.defaultNamespace;
  return { name: server, weight: 100, canary: false, region: undefined, way, server, namespace, world };
}

type Reached = { readonly target: Target } | { readonly problem: Problem };

async function named(plan: DeployPlan, file: ReleaseFile, fleet: FleetWorld, cluster: NamedCluster, signal: AbortSignal): Promise<Reached> {
  const { name, weight, canary, region, reach } = cluster;
  const way: ClusterWay =
    reach.by === 'aks'
      ? { cluster: name, context: '', opened: aksContext(reach.resource), aks: placeOf(reach, plan.azure.cloud) }
      : { cluster: name, context: reach.context ?? '' };
  try {
    const { world, server } = await reachFor(way, plan.azure.patience, fleet, signal);
    const namespace = plan.namespace ?? cluster.namespace ?? file.namespace ?? world.defaultNamespace;
    return { target: { name, weight, canary, region, way, server, namespace, world } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const remedy =
      reach.by === 'aks'
        ? aksRemedy(name, error, fleet)
        : `Give its kubeconfig as \`${name}: …\` in \`kubeconfigs\` (secret ${reach.secret}), or one \`kubeconfig\` that has its context.`;
    return { problem: { what: `Cluster ${name}: ${error.what}`, remedy } };
  }
}

const aksRemedy = (name: string, { remedy }: Failure, { managed }: FleetWorld): string =>
  managed === undefined
    ? `Give \`azure-client-id\` and \`azure-tenant-id\`, and \`permissions: { id-token: write }\` to the job; or a kubeconfig as \`${name}: …\` in \`kubeconfigs\`; or let \`actions/cluster\` with \`name: ${name}\` come before in this job.`
    : remedy;

const placeOf = ({ resource, cloud }: Extract<NamedCluster['reach'], { by: 'aks' }>, given: AzureCloud | undefined): AksPlace => ({
  resource,
  cloud: given ?? cloud ?? azureClouds[publicCloud],
});

/** Two names for one place would roll out over each other, and count as two. */
const sameTwice = (targets: readonly Target[]): readonly Problem[] =>
  targets.flatMap((one, index) =>
    targets
      .slice(0, index)
      .filter((other) => other.server === one.server && other.namespace === one.namespace)
      .map((other) => ({
        what: `Clusters ${other.name} and ${one.name} are the same: namespace ${one.namespace} at ${one.server}.`,
        remedy: 'Give each its own kubeconfig or context, or leave one of them out.',
      })),
  );
