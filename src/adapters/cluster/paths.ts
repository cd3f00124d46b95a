import type { Kind, ObjectRef } from '../../domain/kubernetes/object.ts';
import { Failure } from '../../failure.ts';

/** Where the objects of a kind are. An empty or missing namespace means: not in a namespace, or in all of them. */
export function collectionPath({ apiVersion, resource }: Kind, namespace: string | undefined): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/', 2) : [undefined, apiVersion];
  const root = group === undefined ? `/api/${part(version)}` : `/apis/${part(group)}/${part(version)}`;
  return namespace ? `${root}/namespaces/${part(namespace)}/${part(resource)}` : `${root}/${part(resource)}`;
}

export const objectPath = ({ kind, namespace, name }: ObjectRef): string => `${collectionPath(kind, namespace)}/${part(name)}`;

/** One part of a path. An empty one or dots would be the path of something else: of a whole collection, for instance. */
export function part(text = ''): string {
  if (/^\.{0,2}$/.test(text))
    throw new Failure('INTERNAL', `"${text}" is not a name of a Kubernetes object.`, 'Please report it with the log.');
  return encodeURIComponent(text);
}
