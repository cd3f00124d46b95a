import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject, ObjectRef } from '../../../src/domain/kubernetes/object.ts';
import { nameOf } from '../../../src/domain/kubernetes/object.ts';
import type { Write } from '../../../src/ports/cluster.ts';
import { patched } from '../../domain/rollout/patched.ts';
import { sameValue } from '../../domain/same-value.ts';
import { conflict, notFound, refused } from './failures.ts';
import { isNamespaced, sameKind } from './scope.ts';

/** What a write is about. One that creates names it by where it goes to. */
export const refOf = (write: Write): ObjectRef =>
  write.do === 'create' ? { kind: write.kind, namespace: write.namespace ?? '', name: write.object.metadata.name } : write.ref;

/** What a write makes of the object that it found, as the API server answers it; thrown where that refuses it. */
export function written(write: Exclude<Write, { do: 'delete' }>, found: KubernetesObject | undefined): KubernetesObject {
  const ref = refOf(write);
  const said = nameOf(ref);
  if (write.do === 'patch') {
    if (found === undefined) throw notFound(`${said} is not there.`);
    return belonging(ref, afterPatch(write, found, said), found);
  }
  const object = belonging(ref, write.object, found);
  const { resourceVersion } = write.object.metadata;
  const isStale = resourceVersion !== undefined && resourceVersion !== found?.metadata.resourceVersion;
  if (write.do === 'create') {
    if (found !== undefined) throw conflict(`${said} is there already.`);
    return object;
  }
  if (write.do === 'apply') {
    // The version alone keeps nothing from being made anew.
    if (found === undefined ? write.object.metadata.uid !== undefined : isStale) throw conflict(`${said} was changed.`);
    return { ...found, ...object, metadata: { ...found?.metadata, ...object.metadata } };
  }
  if (found === undefined) throw isMadeByReplacing(write.ref) ? conflict(`${said} has another uid.`) : notFound(`${said} is not there.`);
  if (isStale) throw conflict(`${said} was changed.`);
  return object;
}

/** A PUT would make a Lease, were there not the uid in it of the one that it was read as. */
const isMadeByReplacing = ({ kind }: ObjectRef): boolean => sameKind(kind, Lease);

function afterPatch(write: Extract<Write, { do: 'patch' }>, found: KubernetesObject, said: string): KubernetesObject {
  const changed = patched(found, write.operations);
  if (changed !== undefined) return changed;
  // As the adapter has to take it: the API server does not say which operation it was.
  const isGuarded = write.operations.some(({ op }) => op === 'test');
  throw isGuarded ? conflict(`A test of the patch of ${said} failed.`) : refused(`${said} has no such place.`);
}

/** In the place that the write names, and no other; with the identity that it has there. */
function belonging(ref: ObjectRef, object: KubernetesObject, found: KubernetesObject | undefined): KubernetesObject {
  const { kind, namespace, name } = ref;
  const { uid: _, ...metadata } = object.metadata;
  const isOther =
    object.kind !== kind.kind ||
    object.apiVersion !== kind.apiVersion ||
    metadata.name !== name ||
    (metadata.namespace ?? namespace) !== namespace;
  if (isOther) throw refused(`${object.kind} ${metadata.namespace ?? ''}/${metadata.name} is not ${nameOf(ref)}.`);
  const uid = found?.metadata.uid;
  return { ...object, metadata: { ...metadata, ...(isNamespaced(kind) ? { namespace } : {}), ...(uid === undefined ? {} : { uid }) } };
}

/** Whether a write changes nothing: then there is no new version, and nobody is told. */
export const changesNothing = (changed: KubernetesObject, found: KubernetesObject): boolean =>
  sameValue(withoutVersion(changed), withoutVersion(found));

const withoutVersion = ({ metadata: { resourceVersion: _, generation: __, ...metadata }, ...object }: KubernetesObject) => ({
  ...object,
  metadata,
});
