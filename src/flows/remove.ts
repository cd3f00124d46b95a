import type { ObjectRef } from '../domain/kubernetes/object.ts';
import { Failure } from '../failure.ts';
import type { World } from '../ports/worlds/cluster.ts';

export interface RemoveOptions {
  /** Exactly this object: one that a successor has made under the name meanwhile stays. */
  readonly uid?: string | undefined;
  /** And as it was read: one that a successor has written since stays. */
  readonly version?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Deletes an object. Answers `false` when it was not there any more, which is as it should be. */
export async function remove(
  { cluster }: Pick<World, 'cluster'>,
  ref: ObjectRef,
  { uid, version, signal }: RemoveOptions = {},
): Promise<boolean> {
  try {
    await cluster.write({ do: 'delete', ref, uid, version }, signal);
    return true;
  } catch (error) {
    const isExact = uid !== undefined || version !== undefined;
    const isGone = error instanceof Failure && (error.code === 'CLUSTER_NOT_FOUND' || (isExact && error.code === 'CLUSTER_CONFLICT'));
    if (!isGone) throw error;
    return false;
  }
}
