import type { ClusterCheck } from '../../domain/fleet/cluster-check.ts';
import { allocatable, kubeletOf, roomOf } from '../../domain/fleet/nodes.ts';
import { type Growth, roomFor } from '../../domain/fleet/room.ts';
import { parseKubernetesVersion, skewProblems } from '../../domain/fleet/version-skew.ts';
import { Namespace, Node, Pod } from '../../domain/kubernetes/kinds.ts';
import { selects } from '../../domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { Failure } from '../../failure.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { NodePool } from '../../ports/managed-clusters.ts';
import type { ClusterPlan } from './inputs.ts';

/** What was found out about a cluster by asking its API server. */
export interface Look {
  readonly version: string;
  readonly checks: readonly ClusterCheck[];
}

/** Throws CLUSTER_* when the API server does not answer or does not know us: then there is nothing to look at. */
export async function lookAt(cluster: Cluster, plan: ClusterPlan, namespace: string, pools: readonly NodePool[]): Promise<Look> {
  const version = await cluster.version();
  const nodes = await permitted(() => cluster.list(Node, ''));
  const checks = [
    { name: 'API server', is: 'pass', found: `answers as ${version}` } as const,
    await namespaceCheck(cluster, namespace),
    skewCheck(version, nodes),
    plan.room === undefined ? undefined : await roomCheck(cluster, { ...plan, room: plan.room }, nodes, pools),
  ];
  return { version, checks: checks.filter((check) => check !== undefined) };
}

type Permitted<T> = { readonly is: 'read'; readonly value: T } | { readonly is: 'forbidden'; readonly reason: string };

/** What an account for deployments need not be allowed: that it is not is an answer. */
async function permitted<T>(ask: () => Promise<T>): Promise<Permitted<T>> {
  try {
    return { is: 'read', value: await ask() };
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN') return { is: 'forbidden', reason: error.what };
    throw error;
  }
}

async function namespaceCheck(cluster: Cluster, namespace: string): Promise<ClusterCheck> {
  const name = 'namespace';
  const found = await permitted(() => cluster.get({ kind: Namespace, namespace: '', name: namespace }));
  if (found.is === 'forbidden') return { name, is: 'not-checked', reason: found.reason, required: false };
  if (found.value === undefined)
    return {
      name,
      is: 'fail',
      found: `there is no namespace ${namespace}`,
      remedy: `Make it (\`kubectl create namespace ${namespace}\`), or correct the name.`,
    };
  return found.value.metadata.deletionTimestamp === undefined
    ? { name, is: 'pass', found: namespace }
    : { name, is: 'fail', found: `namespace ${namespace} is being deleted`, remedy: 'Wait until it is gone, then make it again.' };
}

function skewCheck(version: string, nodes: Permitted<readonly KubernetesObject[]>): ClusterCheck {
  const name = 'version skew';
  if (nodes.is === 'forbidden') return { name, is: 'not-checked', reason: nodes.reason, required: false };
  const server = parseKubernetesVersion(version);
  if (server === undefined) return { name, is: 'not-checked', reason: `the API server calls its version ${version}`, required: false };
  const problems = skewProblems(
    server,
    nodes.value.map((node) => ({ node: node.metadata.name, kubelet: kubeletOf(node) })),
  );
  if (problems.length === 0) return { name, is: 'pass', found: `${nodes.value.length} nodes go with ${version}` };
  const more = problems.length > 3 ? `, and ${problems.length - 3} more` : '';
  return {
    name,
    is: 'warning',
    found: `${problems.slice(0, 3).join('; ')}${more}`,
    remedy: 'Upgrade these nodes: Kubernetes does not support them beside this API server.',
  };
}

type RoomPlan = ClusterPlan & { readonly room: NonNullable<ClusterPlan['room']> };

async function roomCheck(
  cluster: Cluster,
  plan: RoomPlan,
  nodes: Permitted<readonly KubernetesObject[]>,
  pools: readonly NodePool[],
): Promise<ClusterCheck> {
  const name = 'room';
  const pods = await permitted(() => cluster.list(Pod, ''));
  if (nodes.is === 'forbidden') return { name, is: 'not-checked', reason: nodes.reason, required: true };
  if (pods.is === 'forbidden') return { name, is: 'not-checked', reason: pods.reason, required: true };
  const { pods: wanted, request } = plan.room;
  const placement = { nodes: [plan.nodes], tolerations: plan.tolerated.map((key) => ({ key, operator: 'Exists' })) };
  const room = roomFor(wanted, request, roomOf(nodes.value, pods.value, placement), growthOf(pools, nodes.value, plan));
  const size = `${wanted} pods of ${request.cpu} cores and ${Math.ceil(request.memory / 2 ** 20)} MiB`;
  switch (room.is) {
    case 'enough':
      return { name, is: 'pass', found: `there is room for ${size}` };
    case 'after-growth':
      return {
        name,
        is: 'pass',
        found: `there is room for ${size} once the autoscaler has added ${room.nodes === 1 ? 'a node' : `${room.nodes} nodes`}`,
      };
    case 'too-little':
      return {
        name,
        is: 'fail',
        found: `of ${size} only ${room.placed} find a node`,
        remedy: 'Add nodes, raise the maximum of the pool, or make room: the rollout would wait for pods that stay Pending.',
      };
  }
}

/** Only of pools that have a node to learn from: how large another would be is not guessed. */
function growthOf(pools: readonly NodePool[], nodes: readonly KubernetesObject[], plan: ClusterPlan): readonly Growth[] {
  return pools.flatMap(({ name, nodes: now, most }) => {
    const one = nodes.find(({ metadata: { labels = {} } }) => labels[poolLabel] === name && selects(plan.nodes, labels));
    if (one === undefined || most <= now) return [];
    const each = { cpu: allocatable(one, 'cpu'), memory: allocatable(one, 'memory'), pods: allocatable(one, 'pods') };
    return [{ pool: name, nodes: most - now, each }];
  });
}

/** With which AKS names the pool of a node. */
const poolLabel = 'kubernetes.azure.com/agentpool';
