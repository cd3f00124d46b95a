import type { KubernetesObject } from '../../kubernetes/object.ts';

// The API server has checked an HTTPRoute against the schema of its kind. What that schema lets a user leave out is optional.

export interface Rule {
  readonly name?: string;
  readonly matches?: readonly Match[];
  readonly filters?: readonly Filter[];
  readonly backendRefs?: readonly BackendRef[];
  readonly [field: string]: unknown;
}

export interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
  /** 1 when it is left out. */
  readonly weight?: number;
  readonly [field: string]: unknown;
}

export interface Match {
  readonly path?: { readonly type?: string; readonly value?: string };
  readonly headers?: readonly ValueMatch[];
  readonly queryParams?: readonly ValueMatch[];
  readonly method?: string;
}

/** `type` is `Exact` when it is left out. */
export interface ValueMatch {
  readonly type?: string;
  readonly name: string;
  readonly value: string;
}

export interface Filter {
  readonly type: string;
  readonly requestMirror?: { readonly backendRef?: BackendRef };
  readonly [field: string]: unknown;
}

export interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

interface RouteSpec {
  readonly parentRefs?: readonly ParentRef[];
  /** Empty, or left out: every host of the parent. */
  readonly hostnames?: readonly string[];
}

export const routeSpec = (route: KubernetesObject): RouteSpec => (route['spec'] ?? {}) as RouteSpec;
