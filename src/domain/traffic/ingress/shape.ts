import { Failure } from '../../../failure.ts';
import { Ingress } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { named } from '../around/objects.ts';
import type { Application } from '../router.ts';

// The API server has checked an Ingress against the schema of its kind. Annotations nobody has checked.

interface IngressSpec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: Backend;
  readonly rules?: readonly Rule[];
  readonly tls?: readonly unknown[];
}

export interface Rule {
  readonly host?: string;
  readonly http?: { readonly paths?: readonly Path[] };
}

export interface Path {
  readonly path?: string;
  readonly pathType?: string;
  readonly backend?: Backend;
}

export interface Backend {
  readonly service?: { readonly name: string; readonly port?: { readonly number?: number; readonly name?: string } };
  readonly resource?: object;
}

export const prefix = 'nginx.ingress.kubernetes.io/';

export const specOf = (ingress: KubernetesObject): IngressSpec => (ingress['spec'] ?? {}) as IngressSpec;

/** The value of an annotation of the controller. An empty one counts as none, as the controller has it. */
export function annotationOf(ingress: KubernetesObject, name: string): string | undefined {
  const value = ingress.metadata.annotations?.[`${prefix}${name}`]?.trim();
  return value === '' ? undefined : value;
}

/** The spellings of true that the controller takes. */
export const isTrue = (value: string | undefined): boolean => value !== undefined && /^(?:1|t|true)$/i.test(value);

export const isCanary = (ingress: KubernetesObject): boolean => isTrue(annotationOf(ingress, 'canary'));

/** One path of one host, and where it leads. */
export interface Place {
  /** Empty: every host that no other rule names. */
  readonly host: string;
  readonly path: string;
  readonly pathType: string;
  readonly backend: Backend | undefined;
}

/** No path is `/`, but not in a canary: the controller compares what is written there with stable's `/`, and finds nothing. */
export const placesOf = (ingress: KubernetesObject): readonly Place[] =>
  (specOf(ingress).rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).map(({ path = '', pathType = 'ImplementationSpecific', backend }) => ({
      host,
      path: path === '' && !isCanary(ingress) ? '/' : path,
      pathType,
      backend,
    })),
  );

/** Two rules for the same requests. */
export const samePlace = (one: Place, other: Place): boolean =>
  one.host === other.host && one.path === other.path && one.pathType === other.pathType;

/** By what the controller knows a backend within a namespace: Service and port, whatever host and path lead there. */
export function upstreamOf(backend: Backend | undefined): string | undefined {
  const { name, port } = backend?.service ?? {};
  return name === undefined ? undefined : `${name}:${port?.number ?? port?.name ?? ''}`;
}

/** Two known classes that differ belong to two controllers. */
export const mayMeet = (one: KubernetesObject, other: KubernetesObject): boolean =>
  classOf(one) === undefined || classOf(other) === undefined || classOf(one) === classOf(other);

/** What an Ingress is called to whoever deploys the application. */
export const nameFor = ({ metadata: { name, namespace } }: KubernetesObject, app: Application): string =>
  namespace === app.namespace ? name : `${namespace}/${name}`;

export const placeText = ({ host, path }: Pick<Place, 'host' | 'path'>): string => `${host === '' ? 'any host' : host}${path}`;

export const serviceNamesOf = (ingress: KubernetesObject): readonly string[] => {
  const backends = [specOf(ingress).defaultBackend, ...placesOf(ingress).map(({ backend }) => backend)];
  return backends.flatMap((backend) => backend?.service?.name ?? []);
};

export const classOf = (ingress: KubernetesObject): string | undefined =>
  specOf(ingress).ingressClassName ?? ingress.metadata.annotations?.['kubernetes.io/ingress.class'];

/** Served by NGINX as far as the object tells. A class may have any name, and one without a class is served by the default. */
export const mayBeNginx = (ingress: KubernetesObject): boolean =>
  /nginx/i.test(classOf(ingress) ?? 'nginx') || Object.keys(ingress.metadata.annotations ?? {}).some((key) => key.startsWith(prefix));

/** The Ingress that carries the weight. The controller merges it into that of stable. */
export const canaryRouteName = ({ route }: Application): string => `${route}-canary`;

/** The canary Ingress, which has to be there: `inspect` is what deals with one that is not. */
export function canaryIngressIn(found: readonly KubernetesObject[], app: Application): KubernetesObject {
  const ingress = named(Ingress, canaryRouteName(app), found, app);
  if (ingress !== undefined) return ingress;
  throw new Failure(
    'ROUTE_UNUSABLE',
    `Ingress ${app.namespace}/${canaryRouteName(app)} is not there.`,
    'Create it as the canary of the Ingress that the input `route` names.',
  );
}
