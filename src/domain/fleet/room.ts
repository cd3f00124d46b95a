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

export type Room = { readonly is: 'enough' } | { readonly is: 'too-little'; readonly placed: number };

/**
 * Whether so many equal pods find a place. Equal pods fill each node on its own, so the sum over nodes is exact; what affinity and
 * topology spread add is not counted, nor the nodes that an autoscaler might add.
 */
export function roomFor(pods: number, request: PodRequest, nodes: readonly NodeRoom[]): Room {
  const placed = nodes.reduce((sum, node) => sum + (node.closed ? 0 : fitting(request, node)), 0);
  return placed >= pods ? { is: 'enough' } : { is: 'too-little', placed };
}

function fitting(request: PodRequest, free: NodeRoom): number {
  const times = (amount: number, each: number): number => (each === 0 ? Number.POSITIVE_INFINITY : Math.floor(amount / each + 1e-9));
  return Math.max(0, Math.min(free.pods, times(free.cpu, request.cpu), times(free.memory, request.memory)));
}
