import type { KubernetesObject } from '../kubernetes/object.ts';
import { annotationPath, type PatchOperation } from '../kubernetes/patch.ts';
import { epochAnnotation, epochOf } from './lease.ts';

/**
 * The patch that gives an object a writer's epoch, and with it a new version: what an earlier writer had read before is out of date then,
 * so that a write of it which is still under way is refused when it arrives. `undefined`: it stands there already.
 */
export function fence(object: KubernetesObject, epoch: number): readonly PatchOperation[] | undefined {
  if (epochOf(object) === epoch) return undefined;
  return [...asSeen(object), ...markEpoch(object, epoch)];
}

/** Where it stands there already and an earlier write may be under way still: without it, the object has a new version as well. */
export const unfence = (object: KubernetesObject): readonly PatchOperation[] => [
  ...asSeen(object),
  { op: 'remove', path: annotationPath(epochAnnotation) },
];

/** Only on the very version that was read. */
export const asSeen = ({ metadata: { resourceVersion } }: KubernetesObject): readonly PatchOperation[] =>
  resourceVersion === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];

export const markEpoch = ({ metadata: { annotations } }: KubernetesObject, epoch: number): readonly PatchOperation[] => [
  annotations === undefined
    ? { op: 'add', path: '/metadata/annotations', value: { [epochAnnotation]: String(epoch) } }
    : { op: 'add', path: annotationPath(epochAnnotation), value: String(epoch) },
];
