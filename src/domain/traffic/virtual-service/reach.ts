import type { KubernetesObject } from '../../kubernetes/object.ts';
import { specOf } from './shape.ts';

/** Whose requests the rules are for. */
export function reach(route: KubernetesObject) {
  const { hosts = [], gateways = [] } = specOf(route);
  return { hosts, gateways: gateways.filter((name) => name !== 'mesh'), mesh: gateways.length === 0 || gateways.includes('mesh') };
}

/** Without hosts: another one hands requests to it. Hosts and gateways of its own Istio refuses. */
export const isDelegate = (route: KubernetesObject): boolean => reach(route).hosts.length === 0;

/** `namespace/name` of each gateway: a short name is one of the namespace, and with dots the old form of a full name. */
export const gatewaysOf = (route: KubernetesObject): readonly string[] =>
  reach(route).gateways.map((gateway) => {
    if (gateway.includes('/')) return gateway;
    const [name = '', namespace = route.metadata.namespace] = gateway.split('.');
    return `${namespace}/${name}`;
  });
