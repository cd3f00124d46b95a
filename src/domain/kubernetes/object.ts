/** Any Kubernetes object as the API server gives it. Fields we do not know are kept as they are. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
  readonly [field: string]: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly [field: string]: unknown;
}

/** A kind of object: what is needed to build its URL. `resource` is the plural, lower-case name. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
}

export interface ObjectRef {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

/** How an object is named to a person: `Deployment shop/agent`. */
export const nameOf = (ref: ObjectRef): string => `${ref.kind.kind} ${ref.namespace}/${ref.name}`;
