import type { KubernetesObject } from '../../kubernetes/object.ts';

// The API server has checked a VirtualService against the schema of its kind. What that schema lets a user leave out is optional.

export interface HttpRule {
  readonly name?: string;
  readonly match?: readonly Match[];
  readonly route?: readonly RouteDestination[];
  readonly redirect?: object;
  readonly directResponse?: object;
  readonly delegate?: { readonly name?: string; readonly namespace?: string };
  readonly mirror?: Destination;
  readonly mirrors?: readonly { readonly destination: Destination }[];
  readonly [field: string]: unknown;
}

export interface RouteDestination {
  readonly destination: Destination;
  /** 0 when it is left out. A lone destination gets everything, whatever its weight is. */
  readonly weight?: number;
  readonly [field: string]: unknown;
}

export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number?: number };
}

/** All conditions of a match have to hold; one of several matches is enough. */
export interface Match {
  readonly name?: string;
  readonly uri?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly port?: number;
  readonly gateways?: readonly string[];
  readonly [field: string]: unknown;
}

/** A rule of `tcp` or `tls`. */
export interface ConnectionRule {
  readonly match?: readonly Match[];
  readonly route?: readonly RouteDestination[];
}

/** Of an empty one only the presence of the header counts. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly exportTo?: readonly string[];
  readonly tcp?: readonly ConnectionRule[];
  readonly tls?: readonly ConnectionRule[];
}

export const specOf = (route: KubernetesObject): VirtualServiceSpec => (route['spec'] ?? {}) as VirtualServiceSpec;
export const destinationsOf = ({ route = [] }: Pick<HttpRule, 'route'>): readonly RouteDestination[] => route;
