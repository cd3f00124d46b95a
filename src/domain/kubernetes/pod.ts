import type { KubernetesObject } from './object.ts';
import { type Condition, conditionOf, type PodSpec } from './workload.ts';

// As in workload.ts: shapes that the API server has checked.

export interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  /** What the node runs, by digest where it was pulled by one or knows it. */
  readonly imageID?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: Terminated;
}

export interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly message?: string;
}

export const podSpec = (pod: KubernetesObject): PodSpec => (pod['spec'] ?? {}) as PodSpec;
export const podStatus = (pod: KubernetesObject): PodStatus => (pod['status'] ?? {}) as PodStatus;

/** Init containers first: they run first. */
export const containerStatuses = (pod: KubernetesObject): readonly ContainerStatus[] => {
  const { initContainerStatuses = [], containerStatuses: main = [] } = podStatus(pod);
  return [...initContainerStatuses, ...main];
};

export const isLeaving = (pod: KubernetesObject): boolean => pod.metadata.deletionTimestamp !== undefined;

/** Ready to get requests: the pod says so and is not being deleted. */
export const isReady = (pod: KubernetesObject): boolean =>
  !isLeaving(pod) && conditionOf(podStatus(pod).conditions, 'Ready')?.status === 'True';

/**
 * Ready in its own last word, and marked as not ready since by the control plane, which does not hear of its node (MarkPodsNotReady of the
 * node lifecycle controller writes `Ready` alone). A kubelet that finds a pod unready says so of its containers or its gates too.
 */
export function isUnheard(pod: KubernetesObject): boolean {
  const { conditions } = podStatus(pod);
  const isTrue = (type: string): boolean => conditionOf(conditions, type)?.status === 'True';
  const gates = podSpec(pod).readinessGates ?? [];
  const marked = conditionOf(conditions, 'Ready');
  return !isLeaving(pod) && marked !== undefined && marked.status !== 'True' && ['ContainersReady', ...gates.map(gateOf)].every(isTrue);
}

const gateOf = ({ conditionType }: { readonly conditionType: string }): string => conditionType;
