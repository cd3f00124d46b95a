import type { Application, Sides } from '../router.ts';

export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** The Service that a host of a mesh names: `agent`, `agent.shop`, `agent.shop.svc`, `agent.shop.svc.cluster.local`. */
export function serviceOf(host: string, namespace: string): ServiceName | undefined {
  const [name = '', its = namespace, svc = 'svc'] = partsOf(host);
  return name === '' || name.includes('*') || svc !== 'svc' ? undefined : { name, namespace: its };
}

/** Whether two hosts are one and the same Service, or the same name from outside of the cluster. */
export function sameHost(one: string, other: string, namespace: string): boolean {
  const [first, second] = [serviceOf(one, namespace), serviceOf(other, namespace)];
  if (first === undefined || second === undefined) return partsOf(one).join('.') === partsOf(other).join('.');
  return first.name === second.name && first.namespace === second.namespace;
}

/** What a host is called from everywhere: a short name is that of a Service in the namespace of whoever writes it. */
export function globalName(host: string, namespace: string): string {
  const service = serviceOf(host, namespace);
  return service === undefined ? partsOf(host).join('.') : fullName(service);
}

/** What Istio takes the host of a VirtualService or of a DestinationRule for: half a name it leaves as it is. */
export const resolved = (host: string, namespace: string): string =>
  isHalfName(host) ? partsOf(host).join('.') : globalName(host, namespace);

/** Whether a host is one of those that a wider one stands for. */
export const isWithin = (host: string, wide: string): boolean =>
  wide !== host && (wide === '*' || (wide.startsWith('*.') && host.endsWith(wide.slice(1))));

/** Whether a host that an object of the namespace names, maybe with a wildcard, is for what is asked for. */
export const covers = (host: string, asked: string, namespace: string): boolean => {
  const its = resolved(host, namespace);
  // A name of two parts may be a Service's, or one from outside of the cluster.
  return [globalName(asked, namespace), resolved(asked, namespace)].some((name) => its === name || isWithin(name, its));
};

/** A name with a dot is a full one to Istio: of these forms it finds no Service, except by its full name or by its short one. */
export const isHalfName = (host: string): boolean => {
  const parts = partsOf(host);
  return parts.length === 2 || (parts.length === 3 && parts[2] === 'svc');
};

export const fullName = ({ name, namespace }: ServiceName): string => `${name}.${namespace}.svc.cluster.local`;

const partsOf = (host: string): readonly string[] => host.toLowerCase().replace(/\.$/, '').split('.');

/** The hosts of both sides. Subsets are parts of one. */
export const hostsOf = ({ hosts, subsets, service, stableService, canaryService }: Application): Sides => {
  const stable = hosts?.stable ?? stableService ?? service;
  return { stable, canary: subsets === undefined ? (hosts?.canary ?? canaryService) : stable };
};

/** How the two sides are called to a person: by the names that their destinations have. */
export function sideNames(app: Application): Sides {
  const hosts = hostsOf(app);
  const { subsets } = app;
  return subsets === undefined ? hosts : { stable: `${hosts.stable}/${subsets.stable}`, canary: `${hosts.canary}/${subsets.canary}` };
}
