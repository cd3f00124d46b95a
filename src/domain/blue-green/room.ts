import { roomOf } from '../fleet/nodes.ts';
import { placementOf } from '../fleet/placement.ts';
import { roomFor } from '../fleet/room.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';
import { scheduledNeed } from '../rollout/pod-need.ts';
import type { Problem } from '../rollout/problem.ts';
import { count } from '../units/count.ts';

/** What a deployment does about nodes that are too full: they are `accept`ed where something adds nodes when pods wait for one. */
export const roomWishes = ['refuse', 'accept'] as const;
export type RoomWish = (typeof roomWishes)[number];

/** Everything in the cluster that takes room. `undefined`: it may not be read. */
export interface Occupied {
  readonly nodes: readonly KubernetesObject[] | undefined;
  readonly pods: readonly KubernetesObject[] | undefined;
}

export interface RoomFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Whether the nodes have room for so many further pods of a Deployment, by requests of CPU and memory, number of pods, labels and taints.
 * Other resources, affinity to pods and topology spread are not counted.
 */
export function inspectRoom(
  { nodes, pods }: Occupied,
  { spec = {} }: PodTemplate,
  further: { readonly pods: number; readonly deployment: string },
  wish: RoomWish,
): RoomFindings {
  if (further.pods <= 0) return { problems: [], warnings: [] };
  const whose = `${count(further.pods, 'pod')} of ${further.deployment}`;
  const unchecked = (reason: string, remedy: string): RoomFindings => ({
    problems: [],
    warnings: [{ what: `Not checked: whether the nodes have room for ${whose} (${reason}).`, remedy }],
  });
  if (nodes === undefined || pods === undefined)
    return unchecked(
      `${nodes === undefined ? 'nodes' : 'the pods of all namespaces'} may not be read`,
      'Grant `list` of nodes and of the pods of all namespaces by a ClusterRole, or let `room` of actions/cluster check it beforehand.',
    );
  const placement = placementOf(spec);
  const request = { cpu: scheduledNeed('cpu', spec), memory: scheduledNeed('memory', spec) };
  if (placement === undefined || Number.isNaN(request.cpu) || Number.isNaN(request.memory))
    return unchecked(
      placement === undefined ? 'its nodeAffinity asks for more than labels' : 'what a pod requests is not a quantity',
      'See for yourself that they fit.',
    );
  const room = roomFor(further.pods, request, roomOf(nodes, pods, placement));
  if (room.is === 'enough') return { problems: [], warnings: [] };
  const size = `${request.cpu} cores and ${Math.ceil(request.memory / 2 ** 20)} MiB each`;
  const full: Problem = {
    what: `Of ${whose} (${size}) only ${room.is === 'too-little' ? room.placed : 0} find a node beside what runs.`,
    remedy:
      wish === 'accept'
        ? 'Pods wait until nodes are added; when none are within `rollout-timeout`, the idle colour is taken back and users stay where they are.'
        : 'Add nodes or make room. Where an autoscaler adds nodes when pods wait for one, set `node-room: accept`.',
  };
  return wish === 'accept' ? { problems: [], warnings: [full] } : { problems: [full], warnings: [] };
}
