import type { Kind, KubernetesObject, ObjectRef } from '../domain/kubernetes/object.ts';
import type { PatchOperation } from '../domain/kubernetes/patch.ts';

/**
 * The Kubernetes API. Objects travel as the server gave them: no field is dropped or defaulted on the way.
 * Every method throws a `Failure` with a CLUSTER_* code; nothing is retried in here.
 */
export interface Cluster {
  /** The object, or `undefined` when it is not there (404 on the object or on its kind). */
  get(ref: ObjectRef, signal?: AbortSignal): Promise<KubernetesObject | undefined>;
  /** All objects of a kind in a namespace, or with an empty one in all of them, that the label selector (`app=agent,version!=canary`) selects. */
  list(kind: Kind, namespace: string, options?: ListOptions, signal?: AbortSignal): Promise<readonly KubernetesObject[]>;
  /**
   * The present objects first, then every change, until the signal aborts (the iteration then simply ends). A connection that
   * the server closes is opened again; one that cannot be opened throws.
   */
  watch(kind: Kind, namespace: string, options: ListOptions, signal: AbortSignal): AsyncIterable<WatchEvent>;
  /** Version of the API server, such as `v1.34.4`. */
  version(signal?: AbortSignal): Promise<string>;
  /** One write. The answer is the object as stored. */
  write(write: Write, signal?: AbortSignal): Promise<KubernetesObject>;
}

export interface ListOptions {
  readonly labels?: string;
  /** A single object, by its name. */
  readonly name?: string;
  /** Field selector beyond the name, such as `involvedObject.uid=…`. */
  readonly fields?: string;
  /** At most so many objects. */
  readonly limit?: number;
}

export interface WatchEvent {
  readonly type: 'present' | 'gone';
  readonly object: KubernetesObject;
}

export type Write = { readonly dryRun?: boolean } & (
  | { readonly do: 'create'; readonly kind: Kind; readonly namespace: string | undefined; readonly object: KubernetesObject }
  /** PUT: the object carries the resourceVersion it was read with, so a write in between is a CLUSTER_CONFLICT. */
  | { readonly do: 'replace'; readonly ref: ObjectRef; readonly object: KubernetesObject }
  /**
   * Server-side apply with field manager `wf-deploy`. Forced unless that is refused: only for objects that are ours. Unforced, a field of
   * another manager is a CLUSTER_CONFLICT, and `fieldConflictsBehind` tells whose.
   */
  | { readonly do: 'apply'; readonly ref: ObjectRef; readonly object: KubernetesObject; readonly force?: boolean }
  /** JSON Patch (RFC 6902): a failing `test` is a CLUSTER_CONFLICT. */
  | { readonly do: 'patch'; readonly ref: ObjectRef; readonly operations: readonly PatchOperation[]; readonly subresource?: 'status' }
  /** Exactly this object, and as it was at this resourceVersion: another one is a CLUSTER_CONFLICT. */
  | { readonly do: 'delete'; readonly ref: ObjectRef; readonly uid?: string | undefined; readonly version?: string | undefined }
);
