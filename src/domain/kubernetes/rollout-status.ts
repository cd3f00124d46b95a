import { count } from '../units/count.ts';
import { foreignClause } from './foreign-clause.ts';
import type { KubernetesObject } from './object.ts';
import { type Condition, conditionOf, deploymentSpec, deploymentStatus } from './workload.ts';

/**
 * How far a Deployment is with its newest generation. `waitingFor` completes "waiting for …"; `reason` is a sentence. `ready`
 * counts the ready pods, old ones included.
 */
export type RolloutStatus =
  | { readonly is: 'available'; readonly ready: number; readonly replicas: number }
  | { readonly is: 'progressing'; readonly waitingFor: string; readonly ready: number; readonly replicas: number }
  | { readonly is: 'failed'; readonly reason: string };

/** What the status says about an earlier generation, be it good or bad, is no news about this one. */
export function rolloutStatus(deployment: KubernetesObject): RolloutStatus {
  const { name, generation = 0, deletionTimestamp } = deployment.metadata;
  const { replicas = 1, paused = false } = deploymentSpec(deployment);
  const {
    observedGeneration = 0,
    replicas: pods = 0,
    updatedReplicas = 0,
    availableReplicas = 0,
    readyReplicas = 0,
    conditions,
  } = deploymentStatus(deployment);
  const progressing = (waitingFor: string): RolloutStatus => ({ is: 'progressing', waitingFor, ready: readyReplicas, replicas });

  if (deletionTimestamp !== undefined) return { is: 'failed', reason: `Deployment ${name} is being deleted.` };
  if (observedGeneration < generation)
    return progressing(`the Deployment controller to see generation ${generation}; it has seen ${observedGeneration}`);
  if (updatedReplicas === replicas && pods === replicas && availableReplicas === replicas) {
    return { is: 'available', ready: readyReplicas, replicas };
  }
  const failure = failureOf(name, conditions);
  if (failure !== undefined) return { is: 'failed', reason: failure };
  const left = pods - updatedReplicas;
  if (updatedReplicas < replicas) {
    const because = paused ? '; the Deployment is paused (spec.paused), so none is started' : '';
    return progressing(`${replicas - updatedReplicas} of ${count(replicas, 'pod')} to be started with the newest template${because}`);
  }
  if (left > 0) return progressing(`${count(left, 'pod')} of the template before to end`);
  if (updatedReplicas > replicas) return progressing(`${count(updatedReplicas - replicas, 'surplus pod')} to end`);
  return progressing(`${replicas - availableReplicas} of ${count(replicas, 'pod')} to become available (${readyReplicas} ready)`);
}

/**
 * Ready pods of the template as it is now: at least so many. The status counts ready pods of all templates together, so that every pod of an
 * earlier one counts as ready, and is taken off.
 */
export function readyOfTemplate(deployment: KubernetesObject): number {
  const { generation = 0, deletionTimestamp } = deployment.metadata;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = deploymentStatus(deployment);
  if (deletionTimestamp !== undefined || observedGeneration < generation) return 0;
  return Math.max(0, readyReplicas - Math.max(0, replicas - updatedReplicas));
}

function failureOf(name: string, conditions: readonly Condition[] | undefined): string | undefined {
  const failure = conditionOf(conditions, 'ReplicaFailure');
  if (failure?.status === 'True') return `Deployment ${name} cannot create its pods: ${said(failure)}.`;
  const progress = conditionOf(conditions, 'Progressing');
  if (progress?.status !== 'False' || progress.reason !== 'ProgressDeadlineExceeded') return undefined;
  return `Deployment ${name} made no progress within its progressDeadlineSeconds: ${said(progress)}.`;
}

const said = ({ reason, message }: Condition): string => foreignClause(message ?? reason);
