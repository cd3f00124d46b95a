import type { KubernetesObject } from './object.ts';

/** What applying a manifest over an earlier one left behind: the earlier one. */
export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object as a person writes it down: without what the API server filled in, and with other fields in the place of some. */
export function manifestOf(object: KubernetesObject, changes: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  const { apiVersion, kind, metadata, status: _, ...rest } = object;
  const { name, namespace, labels, annotations = {} } = metadata;
  const { [lastApplied]: _applied, ...kept } = annotations;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
    },
    ...rest,
    ...changes,
  };
}

/** The same object with further annotations. */
export const annotated = (object: KubernetesObject, annotations: Readonly<Record<string, string>>): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});
