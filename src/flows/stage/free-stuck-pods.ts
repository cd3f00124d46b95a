import { Pod, StatefulSet } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isLeaving, isReady } from '../../domain/kubernetes/pod.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { remove } from '../remove.ts';
import { podsOfWorkload } from '../workload-pods.ts';

/** Seconds for the controller to see a template. */
const seenWithin = 30;

/**
 * A StatefulSet that keeps its pods in order waits for a broken pod to become ready before it replaces it, even by a template that would
 * mend it: after a way back it would wait for ever. Pods of another revision that are not ready are therefore deleted; the controller
 * makes them again with the template that is there. Answers with their names.
 */
export async function freeStuckPods(world: World, statefulSet: KubernetesObject, signal?: AbortSignal): Promise<readonly string[]> {
  const { name, namespace = '', generation = 0 } = statefulSet.metadata;
  const deadline = world.clock.monotonic() + seenWithin;
  for (;;) {
    const now = await world.cluster.get({ kind: StatefulSet, namespace, name }, signal);
    const status = (now?.['status'] ?? {}) as { readonly observedGeneration?: number; readonly updateRevision?: string };
    if (now === undefined) return [];
    if ((status.observedGeneration ?? 0) >= generation && status.updateRevision !== undefined) {
      const pods = await podsOfWorkload(world, namespace, now, signal);
      const stuck = pods.filter(
        (pod) => !isReady(pod) && !isLeaving(pod) && pod.metadata.labels?.['controller-revision-hash'] !== status.updateRevision,
      );
      // Of exactly this pod: its successor has the same name.
      for (const { metadata } of stuck) await remove(world, { kind: Pod, namespace, name: metadata.name }, { uid: metadata.uid, signal });
      return stuck.map(({ metadata }) => metadata.name);
    }
    if (world.clock.monotonic() >= deadline) return [];
    await world.clock.sleep(1, signal);
  }
}
