import { lastApplied, manifestOf } from './manifest.ts';
import type { KubernetesObject } from './object.ts';

/** What is remembered of an object before it is changed: all that a person wrote, and what the API server filled in, without its status. */
export const remembered = (object: KubernetesObject): KubernetesObject => manifestOf(object);

/**
 * The object as it was, to be written over the present one. Its identity, its owners and its status stay, and so does the size of a
 * workload where `before` does not name one: an autoscaler may have changed it since.
 */
export function restored(present: KubernetesObject, before: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, status } = present;
  const { apiVersion: _version, kind: _kind, metadata: was, ...fields } = before;
  const spec = fields['spec'] as Readonly<Record<string, unknown>> | undefined;
  const now = present['spec'] as Readonly<Record<string, unknown>> | undefined;
  const sized = spec !== undefined && spec['replicas'] === undefined && now?.['replicas'] !== undefined;
  const { [lastApplied]: applied } = metadata.annotations ?? {};
  const { labels: _labels, annotations: _annotations, ...identity } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      ...identity,
      ...(was.labels === undefined ? {} : { labels: was.labels }),
      annotations: {
        ...was.annotations,
        ...controllersOwn(metadata.annotations),
        ...(applied === undefined ? {} : { [lastApplied]: applied }),
      },
    },
    ...fields,
    ...(sized ? { spec: { ...spec, replicas: now['replicas'] } } : {}),
    ...(status === undefined ? {} : { status }),
  };
}

/** The Deployment controller counts its revisions here: the count goes on. */
const controllersOwn = (annotations: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => name.startsWith('deployment.kubernetes.io/')));
