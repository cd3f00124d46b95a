import { count } from '../units/count.ts';
import type { KubernetesObject } from './object.ts';
import type { RolloutStatus } from './rollout-status.ts';

interface Fields {
  readonly spec?: {
    readonly replicas?: number;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  };
}

const fields = (statefulSet: KubernetesObject): Fields => statefulSet as unknown as Fields;

/** Pods with an ordinal below this keep the template before. */
export const partitionOf = (statefulSet: KubernetesObject): number =>
  fields(statefulSet).spec?.updateStrategy?.rollingUpdate?.partition ?? 0;

/** How far a StatefulSet is with its newest generation: its pods from the last down to the partition. */
export function statefulSetStatus(statefulSet: KubernetesObject): RolloutStatus {
  const { name, generation = 0, deletionTimestamp } = statefulSet.metadata;
  const { replicas = 1 } = fields(statefulSet).spec ?? {};
  const {
    observedGeneration = 0,
    replicas: pods = 0,
    readyReplicas: ready = 0,
    availableReplicas = ready,
    updatedReplicas = 0,
    currentRevision,
    updateRevision,
  } = fields(statefulSet).status ?? {};
  const progressing = (waitingFor: string): RolloutStatus => ({ is: 'progressing', waitingFor, ready, replicas });
  if (deletionTimestamp !== undefined) return { is: 'failed', reason: `StatefulSet ${name} is being deleted.` };
  if (observedGeneration < generation)
    return progressing(`the StatefulSet controller to see generation ${generation}; it has seen ${observedGeneration}`);
  const partition = Math.min(partitionOf(statefulSet), replicas);
  const wanted = replicas - partition;
  if (partition > 0 ? updatedReplicas < wanted : currentRevision !== updateRevision && updatedReplicas < replicas)
    return progressing(`${wanted - updatedReplicas} of ${count(wanted, 'pod')} to be replaced with the newest template`);
  if (pods > replicas) return progressing(`${count(pods - replicas, 'pod')} too many to end`);
  if (availableReplicas < replicas)
    return progressing(`${replicas - availableReplicas} of ${count(replicas, 'pod')} to become available (${ready} ready)`);
  if (partition === 0 && currentRevision !== updateRevision) return progressing('the StatefulSet controller to end the update');
  return { is: 'available', ready, replicas };
}
