/** What one pod of a rollout asks for. Cores and bytes. */
export interface PodRequest {
  readonly cpu: number;
  readonly memory: number;
}

/** A node, with what its pods leave free. */
export interface NodeRoom extends PodRequest {
  readonly name: string;
  readonly pods: number;
  /** Nothing is placed here: cordoned, not ready, or with a taint that these pods do not tolerate. */
  readonly closed: boolean;
}

/** Nodes that an autoscaler may still add, all alike. */
export interface Growth {
  readonly pool: string;
  readonly nodes: number;
  /** An empty node, less what the system keeps and its daemons take. */
  readonly each: Omit<NodeRoom, 'name' | 'closed'>;
}

export type Room =
  | { readonly is: 'enough' }
  /** Only if the autoscaler adds so many nodes. */
  | { readonly is: 'after-growth'; readonly nodes: number }
  | { readonly is: 'too-little'; readonly placed: number };

/**
 * Whether so many equal pods find a place. Equal pods fill each node on its own, so the sum over nodes is exact; what affinity and
 * topology spread add is not counted.
 */
export function roomFor(pods: number, request: PodRequest, nodes: readonly NodeRoom[], growth: readonly Growth[] = []): Room {
  const now = nodes.reduce((sum, node) => sum + (node.closed ? 0 : fitting(request, node)), 0);
  if (now >= pods) return { is: 'enough' };
  let placed = now;
  let added = 0;
  // The largest nodes first: what an autoscaler needs at least.
  const pools = growth
    .map(({ nodes: most, each }) => ({ most, holds: fitting(request, each) }))
    .sort((one, other) => other.holds - one.holds);
  for (const { most, holds } of pools) {
    const needed = holds === 0 ? 0 : Math.min(most, Math.ceil((pods - placed) / holds));
    added += needed;
    placed += needed * holds;
    if (placed >= pods) return { is: 'after-growth', nodes: added };
  }
  return { is: 'too-little', placed };
}

function fitting(request: PodRequest, free: Omit<NodeRoom, 'name' | 'closed'>): number {
  const times = (amount: number, each: number): number => (each === 0 ? Number.POSITIVE_INFINITY : Math.floor(amount / each + 1e-9));
  return Math.max(0, Math.min(free.pods, times(free.cpu, request.cpu), times(free.memory, request.memory)));
}
