import { count } from '../units/count.ts';
import type { KubernetesObject } from './object.ts';
import type { RolloutStatus } from './rollout-status.ts';

interface Fields {
  readonly observedGeneration?: number;
  readonly desiredNumberScheduled?: number;
  readonly currentNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
  readonly numberReady?: number;
}

/** How far a DaemonSet is with its newest generation. What it wants is one pod for each node that it may run on. */
export function daemonSetStatus(daemonSet: KubernetesObject): RolloutStatus {
  const { name, generation = 0, deletionTimestamp } = daemonSet.metadata;
  const {
    observedGeneration = 0,
    desiredNumberScheduled: replicas = 0,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
    numberReady: ready = 0,
  } = (daemonSet['status'] ?? {}) as Fields;
  const progressing = (waitingFor: string): RolloutStatus => ({ is: 'progressing', waitingFor, ready, replicas });
  if (deletionTimestamp !== undefined) return { is: 'failed', reason: `DaemonSet ${name} is being deleted.` };
  if (observedGeneration < generation)
    return progressing(`the DaemonSet controller to see generation ${generation}; it has seen ${observedGeneration}`);
  if (updated < replicas) return progressing(`${replicas - updated} of ${count(replicas, 'pod')} to be replaced with the newest template`);
  if (available < replicas) return progressing(`${replicas - available} of ${count(replicas, 'pod')} to become available (${ready} ready)`);
  return { is: 'available', ready, replicas };
}
