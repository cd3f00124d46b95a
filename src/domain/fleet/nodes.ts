import type { KubernetesObject } from '../kubernetes/object.ts';
import { podSpec, podStatus } from '../kubernetes/pod.ts';
import { type Condition, conditionOf } from '../kubernetes/workload.ts';
import { scheduledNeed } from '../rollout/pod-need.ts';
import { parseQuantity } from '../units/quantity.ts';
import { keepsAway, mayBePlacedOn, type Placement, type Taint } from './placement.ts';
import type { NodeRoom } from './room.ts';

// As in kubernetes/workload.ts: shapes that the API server has checked.

interface NodeFields {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

const fields = (node: KubernetesObject): NodeFields => node as unknown as NodeFields;

export const kubeletOf = (node: KubernetesObject): string => fields(node).status?.nodeInfo?.kubeletVersion ?? '';

/** What the placement's nodes have free, as the scheduler counts: allocatable less the requests of the pods that run there. */
export function roomOf(nodes: readonly KubernetesObject[], pods: readonly KubernetesObject[], placement: Placement): readonly NodeRoom[] {
  return nodes
    .filter((node) => mayBePlacedOn(placement, node))
    .map((node) => {
      const here = pods.filter((pod) => podSpec(pod)['nodeName'] === node.metadata.name && !isOver(pod));
      const used = (name: 'cpu' | 'memory'): number => here.reduce((sum, pod) => sum + scheduledNeed(name, podSpec(pod)), 0);
      return {
        name: node.metadata.name,
        cpu: allocatable(node, 'cpu') - used('cpu'),
        memory: allocatable(node, 'memory') - used('memory'),
        pods: allocatable(node, 'pods') - here.length,
        closed: isClosed(node, placement),
      };
    });
}

const isOver = (pod: KubernetesObject): boolean => ['Succeeded', 'Failed'].includes(podStatus(pod).phase ?? '');

/** An amount that cannot be read counts as nothing: too little room is told rather than too much. */
export function allocatable(node: KubernetesObject, name: 'cpu' | 'memory' | 'pods'): number {
  const amount = parseQuantity(fields(node).status?.allocatable?.[name] ?? '');
  return amount.ok ? amount.value : 0;
}

function isClosed(node: KubernetesObject, placement: Placement): boolean {
  const { spec = {}, status = {} } = fields(node);
  const taint = (spec.taints ?? []).some((each) => keepsAway(placement, each));
  return spec.unschedulable === true || taint || conditionOf(status.conditions, 'Ready')?.status !== 'True';
}
