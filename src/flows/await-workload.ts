import { type Diagnosis, diagnose } from '../domain/kubernetes/diagnosis.ts';
import { Pod } from '../domain/kubernetes/kinds.ts';
import { selectorOf, selectorText } from '../domain/kubernetes/labels.ts';
import { goesOn, hasLasted, type Lasting, lastingFor } from '../domain/kubernetes/lasting.ts';
import type { KubernetesObject } from '../domain/kubernetes/object.ts';
import { isReady } from '../domain/kubernetes/pod.ts';
import { imagesOf, templateOf } from '../domain/kubernetes/pod-template.ts';
import { type Revision, revisionsOf } from '../domain/kubernetes/revision.ts';
import { partitionOf } from '../domain/kubernetes/stateful-set-status.ts';
import { deploymentStatus } from '../domain/kubernetes/workload.ts';
import { neverReady, type UnreadySince, unreadySince } from '../domain/rolling/never-ready.ts';
import { type WorkloadRef, workloadName } from '../domain/rolling/workload-ref.ts';
import { isSameImages } from '../domain/rollout/good-release.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { followAll } from './follow.ts';

export type AwaitedWorkload =
  | { readonly is: 'available'; readonly workload: KubernetesObject; readonly pods: readonly KubernetesObject[] }
  | { readonly is: 'failed'; readonly what: string; readonly remedy: string; readonly diagnosis: Diagnosis | undefined }
  | { readonly is: 'timed-out'; readonly waitingFor: string; readonly diagnosis: Diagnosis | undefined };

export interface AwaitingWorkload {
  readonly namespace: string;
  readonly ref: WorkloadRef;
  /** As it was written or last read: what is older than its generation is no news. */
  readonly workload: KubernetesObject;
  readonly seconds: number;
  /** Told when it comes to something new. */
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Waits until a workload is done with its newest template, whatever its kind. Ends early when its new pods can never become ready, and
 * when its controller has given up. Only pods of the newest revision are looked at; they are known by the controller's own label.
 */
export async function awaitWorkload(world: World, what: AwaitingWorkload): Promise<AwaitedWorkload> {
  const { namespace, ref, seconds, signal } = what;
  const labels = selectorText(selectorOf(what.workload));
  const watched = [
    { kind: ref.of.kind, options: { name: ref.name } },
    { kind: Pod, options: { labels } },
    ...(ref.of.keeper === undefined ? [] : [{ kind: ref.of.keeper, options: { labels } }]),
  ];
  let waitingFor = 'an answer of the cluster';
  let told = '';
  let trouble: Diagnosis | undefined;
  let since: Lasting<Diagnosis['cause']> | undefined;
  let unready: UnreadySince = {};
  const decision = await followAll<AwaitedWorkload>(
    world,
    { namespace, watched, seconds, ...(signal === undefined ? {} : { signal }) },
    ([workloads = [], pods = [], keepers = []]) => {
      const [workload] = workloads;
      if (workload === undefined || (workload.metadata.generation ?? 0) < (what.workload.metadata.generation ?? 0)) return undefined;
      const other = otherImages(what.workload, workload);
      if (other !== undefined) return { is: 'failed', what: `${workloadName(ref)} ${other}`, remedy: whoWrote, diagnosis: undefined };
      const status = ref.of.status(workload);
      const fresh = newPods(workload, revisionsOf(workload, keepers), pods);
      if (status.is === 'failed') {
        const diagnosis = diagnose(fresh, deploymentStatus(workload).conditions ?? []);
        return { is: 'failed', what: diagnosis?.what ?? status.reason, remedy: diagnosis?.remedy ?? readEvents, diagnosis };
      }
      if (status.is === 'available') {
        // The watches are not in step: the workload may be heard of before its pods.
        if (fresh.filter(isReady).length >= expected(workload, status.replicas)) return { is: 'available', workload, pods: fresh };
        waitingFor = 'its pods to be seen';
      } else waitingFor = status.waitingFor;
      if (waitingFor !== told) what.onProgress?.(`waiting for ${waitingFor}`);
      told = waitingFor;
      // Before the controller has seen the new template, the newest revision is still the one before.
      if ((deploymentStatus(workload).observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) return undefined;
      const at = world.clock.monotonic();
      trouble = diagnose(fresh, deploymentStatus(workload).conditions ?? []);
      unready = unreadySince(unready, fresh, at);
      const never = neverReady(unready, fresh, at);
      if (never !== undefined) return { is: 'failed', what: never.what, remedy: never.remedy, diagnosis: never };
      // By its cause: the texts of one trouble change between two back-offs.
      since = goesOn(since, trouble?.cause, at);
      return trouble?.fatal === true && hasLasted(since, at, lastingFor)
        ? { is: 'failed', what: trouble.what, remedy: trouble.remedy, diagnosis: trouble }
        : undefined;
    },
  );
  return decision ?? { is: 'timed-out', waitingFor, diagnosis: trouble };
}

/** Its pods may well become available, and are not those that are waited for. */
function otherImages(written: KubernetesObject, workload: KubernetesObject): string | undefined {
  const [wanted, runs] = [imagesOf(templateOf(written)), imagesOf(templateOf(workload))];
  if (isSameImages(wanted, runs)) return undefined;
  const [said, instead] = [runs, wanted].map((images) => Object.values(images).join(', '));
  return `was given other images while its pods were replaced: it runs ${said}, and not ${instead}.`;
}

const whoWrote = 'See in its managedFields who wrote it: a tool that has the wanted state elsewhere, as Argo CD or Flux, writes that back.';
const readEvents = 'Read the events of its newest pods.';

/** With a partition, that many pods keep the template before. */
const expected = (workload: KubernetesObject, replicas: number): number =>
  workload.kind === 'StatefulSet' ? Math.max(0, replicas - partitionOf(workload)) : replicas;

function newPods(
  workload: KubernetesObject,
  revisions: readonly Revision[],
  pods: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const updateRevision = (workload['status'] as { readonly updateRevision?: string } | undefined)?.updateRevision;
  const newest = workload.kind === 'StatefulSet' ? revisions.find(({ name }) => name === updateRevision) : revisions[0];
  if (newest === undefined) return [];
  const { key, value } = newest.podLabel;
  return pods.filter(({ metadata }) => metadata.labels?.[key] === value);
}
