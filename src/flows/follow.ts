import { Deployment, Pod } from '../domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../domain/kubernetes/object.ts';
import { Failure } from '../failure.ts';
import type { ListOptions } from '../ports/cluster.ts';
import type { World } from '../ports/worlds/cluster.ts';

/** A Deployment with its pods, as last heard of. */
export interface Workload {
  readonly deployment: KubernetesObject | undefined;
  readonly pods: readonly KubernetesObject[];
}

export interface Following {
  readonly namespace: string;
  readonly deployment: string;
  /** Label selector of its pods. */
  readonly podLabels: string;
  readonly seconds: number;
  readonly signal?: AbortSignal;
  /** Its pods may not be read: only the Deployment is followed. */
  readonly podsUnseen?: boolean | undefined;
}

/** Seconds between two tries when the API server does not answer, and between two looks when nothing happens. */
const pause = 2;

/** Follows a Deployment and its pods, as `followAll` does. */
export async function follow<T>(world: World, what: Following, decide: (workload: Workload) => T | undefined): Promise<T | undefined> {
  const watched = [
    { kind: Deployment, options: { name: what.deployment } },
    ...(what.podsUnseen === true ? [] : [{ kind: Pod, options: { labels: what.podLabels } }]),
  ];
  return await followAll(world, { ...what, watched }, ([deployments = [], pods = []]) => decide({ deployment: deployments[0], pods }));
}

export interface FollowingAll {
  readonly namespace: string;
  readonly watched: readonly { readonly kind: Kind; readonly options: ListOptions }[];
  readonly seconds: number;
  readonly signal?: AbortSignal;
}

/**
 * Follows sets of objects by a watch each and asks `decide` at every change, and every two seconds, until it answers or the time is up
 * (`undefined`). An API server that does not answer is waited for: what the pods do meanwhile is unknown, not bad.
 */
export async function followAll<T>(
  world: World,
  what: FollowingAll,
  decide: (seen: readonly (readonly KubernetesObject[])[]) => T | undefined,
): Promise<T | undefined> {
  const over = new AbortController();
  const signal = what.signal === undefined ? over.signal : AbortSignal.any([over.signal, what.signal]);
  const seen = what.watched.map(() => new Map<string, KubernetesObject>());
  let decision: T | undefined;
  const look = (): void => {
    decision ??= decide(seen.map((objects) => [...objects.values()]));
    if (decision !== undefined) over.abort();
  };
  const parts = [
    ...what.watched.map(({ kind, options }, index) =>
      each(world, kind, what.namespace, options, signal, {
        heard: (object, present) => {
          if (present) seen[index]?.set(object.metadata.name, object);
          else seen[index]?.delete(object.metadata.name);
          look();
        },
        // The next watch begins with what is there then, and says nothing of what went meanwhile.
        cutOff: () => seen[index]?.clear(),
      }),
    ),
    tick(world, signal, look),
    world.clock.sleep(what.seconds, signal).then(() => over.abort()),
  ];
  try {
    await Promise.all(parts);
  } finally {
    over.abort();
    await Promise.allSettled(parts);
  }
  what.signal?.throwIfAborted();
  return decision;
}

async function each(
  world: World,
  kind: Kind,
  namespace: string,
  options: ListOptions,
  signal: AbortSignal,
  { heard, cutOff }: { heard(object: KubernetesObject, present: boolean): void; cutOff(): void },
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { type, object } of world.cluster.watch(kind, namespace, options, signal)) heard(object, type === 'present');
    } catch (error) {
      if (!isTransient(error)) throw error;
      cutOff();
      world.log.debug(`The watch of ${kind.resource} ended: ${error.what}`);
      await world.clock.sleep(pause, signal);
    }
  }
}

async function tick(world: World, signal: AbortSignal, look: () => void): Promise<void> {
  while (!signal.aborted) {
    await world.clock.sleep(pause, signal);
    if (!signal.aborted) look();
  }
}

/** The API server may answer again: the request was neither refused nor wrong. */
export const isTransient = (error: unknown): error is Failure =>
  error instanceof Failure && (error.code === 'CLUSTER_UNREACHABLE' || error.code === 'CLUSTER_BROKEN');
