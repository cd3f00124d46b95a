import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { epochAnnotation, readEpoch } from '../../src/domain/rollout/lease.ts';
import { until } from '../lab/await.ts';
import { type Place, worldOf } from './writers.ts';

/** Seconds. */
const patience = 180;

export interface RouteHistory {
  /** Ends the watch. Every version that was ever stored, in the order in which they were: a watch leaves none out. */
  stop(): Promise<readonly KubernetesObject[]>;
}

/** Once the watch has told the first version: what is written from then on is in it. */
export async function followRoute(place: Place): Promise<RouteHistory> {
  const [ref] = place.router.objects(place.app);
  if (ref === undefined) throw new Error(`${place.router.name} has no object.`);
  const [world, over] = [worldOf(place, 'watcher'), new AbortController()];
  const versions: KubernetesObject[] = [];
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        for await (const { object } of world.cluster.watch(ref.kind, ref.namespace, { name: ref.name }, over.signal)) versions.push(object);
      } catch {
        // The API server is away. The watch begins anew with the present object, which has the epoch of the last write.
        await sleep(500);
      }
    }
  };
  const following = follow();
  await until('the first version of the route in its watch', () => Promise.resolve(versions.length > 0), { seconds: patience });
  const isSeen = async (): Promise<boolean> => {
    const newest = await world.cluster.get(ref);
    return versions.some(({ metadata }) => metadata.resourceVersion === newest?.metadata.resourceVersion);
  };
  return {
    async stop() {
      // What was written last may still be on its way.
      await until('the newest version of the route in its watch', isSeen, { seconds: patience });
      over.abort();
      await following;
      world.close();
      return versions;
    },
  };
}

/** The epoch that an object of a route carries. */
export const epochIn = ({ metadata }: KubernetesObject): number => readEpoch(metadata.annotations?.[epochAnnotation]);
