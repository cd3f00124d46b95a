import { type Diagnosis, diagnose } from '../domain/kubernetes/diagnosis.ts';
import { goesOn, hasLasted, type Lasting, lastingFor } from '../domain/kubernetes/lasting.ts';
import type { KubernetesObject } from '../domain/kubernetes/object.ts';
import { isReady, podSpec } from '../domain/kubernetes/pod.ts';
import { rolloutStatus } from '../domain/kubernetes/rollout-status.ts';
import { type Condition, deploymentSpec, deploymentStatus } from '../domain/kubernetes/workload.ts';
import { isStarted } from '../domain/traffic/replicas/gate.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { type Following, follow, type Workload } from './follow.ts';

export type Awaited =
  | { readonly is: 'available'; readonly workload: Workload }
  | { readonly is: 'failed'; readonly diagnosis: Diagnosis; readonly workload: Workload }
  | { readonly is: 'timed-out'; readonly waitingFor: string; readonly diagnosis: Diagnosis | undefined };

/** What was seen so far of the pods that are waited for, where the waiting is done in several parts. */
export interface Troubles {
  lasting: Lasting<Diagnosis['cause']> | undefined;
  readonly told: Set<string>;
}

export const noTroubles = (): Troubles => ({ lasting: undefined, told: new Set() });

/**
 * Waits until a Deployment is Available at its newest generation with so many replicas, or with more where something else may add to them. Ends early when its pods can never become
 * ready, and tells the first time it sees any other trouble. `gated`: its pods need not be ready, as soon as nothing but their gate is missing. Only pods with the image that is rolled out are looked at.
 */
export async function awaitRollout(
  world: World,
  what: Following & {
    readonly image: string;
    readonly replicas: number;
    readonly autoscaled?: boolean;
    readonly gated?: boolean;
    readonly troubles?: Troubles;
  },
): Promise<Awaited> {
  let waitingFor = 'an answer of the cluster';
  let trouble: Diagnosis | undefined;
  const sized = (replicas: number): boolean => (what.autoscaled === true ? replicas >= what.replicas : replicas === what.replicas);
  const troubles = what.troubles ?? noTroubles();
  const decision = await follow<Awaited>(world, what, (workload) => {
    const { deployment } = workload;
    if (deployment === undefined) return undefined;
    const status = rolloutStatus(deployment);
    const pods = workload.pods.filter((pod) => runs(pod, what.image));
    if (what.gated === true) {
      const started = pods.filter(isStarted).length;
      if (isSettled(deployment, what.replicas) && started >= what.replicas) return { is: 'available', workload };
      waitingFor = `${what.replicas - started} of its pods to start`;
    } else if (status.is === 'available' && sized(status.replicas)) {
      // The two watches are not in step: the Deployment may be heard of before its pods.
      if (what.podsUnseen === true || pods.filter(isReady).length >= what.replicas) return { is: 'available', workload };
      waitingFor = 'its pods to be seen';
    } else if (status.is === 'progressing') waitingFor = status.waitingFor;
    // Behind a gate a pod that wants nothing else is not unready.
    trouble = diagnose(what.gated === true ? pods.filter((pod) => !isStarted(pod)) : pods, conditions(deployment));
    // By its cause: the texts of one trouble change between two back-offs.
    const at = world.clock.monotonic();
    troubles.lasting = goesOn(troubles.lasting, trouble?.cause, at);
    if (trouble === undefined || !hasLasted(troubles.lasting, at, lastingFor)) return undefined;
    if (trouble.fatal) return { is: 'failed', diagnosis: trouble, workload };
    if (!troubles.told.has(trouble.what)) world.log.line(`  ${trouble.what}`);
    troubles.told.add(trouble.what);
    return undefined;
  });
  return decision ?? { is: 'timed-out', waitingFor, diagnosis: trouble };
}

/** All pods are made, and none of another size or template is left. */
function isSettled(deployment: KubernetesObject, replicas: number): boolean {
  const { observedGeneration = 0, replicas: pods = 0, updatedReplicas = 0 } = deploymentStatus(deployment);
  const { generation = 0 } = deployment.metadata;
  const wanted = deploymentSpec(deployment).replicas ?? 1;
  return observedGeneration >= generation && [wanted, pods, updatedReplicas].every((count) => count === replicas);
}

export const conditions = (deployment: KubernetesObject): readonly Condition[] => deploymentStatus(deployment).conditions ?? [];

/** Whether a pod was made for this image. */
export const runs = (pod: KubernetesObject, image: string): boolean =>
  (podSpec(pod).containers ?? []).some((container) => container.image === image);
