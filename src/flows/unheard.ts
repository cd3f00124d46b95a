import { annotated } from '../domain/kubernetes/manifest.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../domain/kubernetes/object.ts';
import type { PatchOperation } from '../domain/kubernetes/patch.ts';
import { Failure } from '../failure.ts';
import type { Write } from '../ports/cluster.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { isTransient } from './follow.ts';

/**
 * By object: the version that a write of ours carried whose answer was not heard, because a cancel or the network cut it off. As long as
 * the object has that version, an API server that takes its time may still store it.
 */
export type Unheard = Map<string, string>;

interface Versioned {
  readonly ref: ObjectRef;
  /** As it is sent, with the version that was read. */
  readonly object: KubernetesObject;
}

export const replace = (
  world: Pick<World, 'cluster'>,
  unheard: Unheard,
  { ref, object }: Versioned,
  signal?: AbortSignal,
): Promise<KubernetesObject> => send(world, unheard, { do: 'replace', ref, object }, signal);

/** Writes an object that carries the version it was read with. What was stored has another one then, and so has what met another one. */
export const send = (
  { cluster }: Pick<World, 'cluster'>,
  unheard: Unheard,
  write: Extract<Write, { do: 'replace' | 'apply' }>,
  signal?: AbortSignal,
): Promise<KubernetesObject> => remembering(unheard, write, () => cluster.write(write, signal));

/** The same by a patch that tests the version of the object as it was read. */
export const patch = (
  { cluster }: Pick<World, 'cluster'>,
  unheard: Unheard,
  { operations, ...read }: Versioned & { readonly operations: readonly PatchOperation[] },
  signal?: AbortSignal,
): Promise<KubernetesObject> => remembering(unheard, read, () => cluster.write({ do: 'patch', ref: read.ref, operations }, signal));

async function remembering(
  unheard: Unheard,
  { ref, object }: Versioned,
  write: () => Promise<KubernetesObject>,
): Promise<KubernetesObject> {
  const name = nameOf(ref);
  const before = unheard.get(name);
  const { resourceVersion } = object.metadata;
  if (resourceVersion !== undefined) unheard.set(name, resourceVersion);
  try {
    return await write();
  } catch (error) {
    // This one was refused and is not stored. One before it may be.
    if (isAnswer(error)) {
      if (before === undefined) unheard.delete(name);
      else unheard.set(name, before);
    }
    throw error;
  }
}

/** Whether a write of ours may still be stored over the object as it was just read. */
export const mayBeOverwritten = (unheard: Unheard, { ref, object }: Versioned): boolean =>
  object.metadata.resourceVersion !== undefined && unheard.get(nameOf(ref)) === object.metadata.resourceVersion;

const isAnswer = (error: unknown): boolean => error instanceof Failure && error.code.startsWith('CLUSTER_') && !isTransient(error);

/**
 * What a way back does with an object that is as it should be already: where a write of ours may still be stored over it, the object gets a
 * new version, and that write is refused when it arrives. It is marked for that, and the mark is taken off again. Answers with the object as
 * it is now; `undefined`: it was written meanwhile, and is to be read again.
 */
export async function outdated(
  world: World,
  unheard: Unheard,
  { ref, object }: Versioned,
  signal?: AbortSignal,
): Promise<KubernetesObject | undefined> {
  if (!mayBeOverwritten(unheard, { ref, object })) return object;
  world.log.line(`  ${nameOf(ref)}: an earlier write got no answer. It is made out of date.`);
  try {
    const marked = await replace(world, unheard, { ref, object: annotated(object, { [mark]: world.clock.now().toISOString() }) }, signal);
    return await replace(world, unheard, { ref, object: unmarked(marked) }, signal);
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
    return undefined;
  }
}

/** Of no meaning to anyone: where the second write fails, it stays until the object is written again. */
export const mark = 'wf-deploy.io/outdated';

function unmarked(object: KubernetesObject): KubernetesObject {
  const { [mark]: there, ...annotations } = object.metadata.annotations ?? {};
  if (there === undefined) return object;
  const { annotations: _, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) } };
}
