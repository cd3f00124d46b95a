import { NetworkPolicy } from '../kubernetes/kinds.ts';
import { selectorText } from '../kubernetes/labels.ts';
import { isolates, type Peer, type Port, rulesOf } from '../kubernetes/network-policy.ts';
import type { Kind, KubernetesObject } from '../kubernetes/object.ts';
import { yamlText } from '../kubernetes/yaml.ts';
import type { Problem } from '../rollout/problem.ts';
import { guardianName } from './name.ts';
import { labelsOf, podLabelsOf } from './objects.ts';

/** Behind its Service and at its own address, as clusters usually have them. */
export const usualApiPorts: readonly number[] = [443, 6443];

/** Those that the Service `kubernetes` and its EndpointSlices name; the usual ones where neither could be read. */
export function apiPortsOf(service: KubernetesObject | undefined, slices: readonly KubernetesObject[]): readonly number[] {
  const { ports = [] } = (service?.['spec'] ?? {}) as { readonly ports?: readonly { readonly port?: number }[] };
  const own = slices.flatMap((slice) => (slice['ports'] ?? []) as readonly { readonly port?: number }[]);
  const found = [...new Set([...ports, ...own].flatMap(({ port }) => port ?? []))];
  return found.length === 0 ? usualApiPorts : found;
}

/**
 * Whether the namespace's NetworkPolicies leave the guardian a way to the API server. That runs on the network of its machine, so that
 * only rules by address, or for every destination, can mean it. Whether an address is the right one is not known here.
 */
export function inspectEgress(
  policies: readonly KubernetesObject[],
  { service, namespace }: { readonly service: string; readonly namespace: string },
  apiPorts: readonly number[] = usualApiPorts,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const isolating = policies.filter((policy) => isolates(policy, 'Egress', podLabelsOf(service)));
  const ways = isolating.flatMap((policy) => rulesOf(policy, 'Egress')).filter(({ ports }) => leadsToApi(ports, apiPorts));
  if (isolating.length === 0 || ways.some(({ to = [] }) => to.length === 0 || to.some(isEverywhere))) return nothing;
  const names = isolating.map(({ metadata }) => metadata.name).join(', ');
  const yaml = yamlText(allowing(service, namespace, apiPorts));
  if (ways.some(({ to = [] }) => to.some(({ ipBlock }) => ipBlock !== undefined))) {
    const what = `Not checked: whether the addresses that NetworkPolicy ${names} lets pods reach are those of the API server, which the guardian needs.`;
    return { problems: [], warnings: [{ what, remedy: 'See for yourself. If they are not, apply this:', yaml }] };
  }
  const what = `NetworkPolicy ${names} cuts the guardian off: no rule lets its pod reach the API server.`;
  return { problems: [{ what, remedy: 'Set `guardian: false` and do without one, or apply this:', yaml }], warnings: [] };
}

/** Policies of other kinds are enforced in other ways, and are not read here. */
export function unreadPolicies(policies: readonly KubernetesObject[], service: string): readonly Problem[] {
  if (policies.length === 0) return [];
  const names = policies.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ');
  return [
    {
      what: `Not checked: whether policies of other kinds let the guardian reach the API server (${names}).`,
      remedy: `See that they let pods with ${apiWay(service)}. Without that no weight will be moved.`,
    },
  ];
}

export const seeingThem = 'If one does, no weight will be moved. Grant this to have it checked as well:';

/** Of these kinds there may be some. */
export function unseenPolicies(kinds: readonly Kind[], yaml: string): readonly Problem[] {
  if (kinds.length === 0) return [];
  const names = kinds.map(({ apiVersion, kind: name }) => `${name} of ${apiVersion.split('/')[0]}`).join(', ');
  return [
    {
      what: `Not checked for lack of permission: whether policies of other kinds cut the guardian off from the API server (${names}).`,
      remedy: seeingThem,
      yaml,
    },
  ];
}

/** What a policy has to allow, whatever its kind. */
export const apiWay = (service: string): string =>
  `the labels ${selectorText({ matchLabels: labelsOf(service) })} reach the API server (the Service kubernetes of namespace default, and the port behind it) by TCP`;

const nothing = { problems: [], warnings: [] } as const;

const leadsToApi = (ports: readonly Port[] = [], apiPorts: readonly number[]): boolean =>
  ports.length === 0 ||
  ports.some(
    ({ protocol = 'TCP', port, endPort }) =>
      protocol === 'TCP' &&
      (port === undefined || apiPorts.some((wanted) => typeof port === 'number' && port <= wanted && wanted <= (endPort ?? port))),
  );

const isEverywhere = ({ ipBlock }: Peer): boolean => ipBlock?.cidr === '0.0.0.0/0' || ipBlock?.cidr === '::/0';

const allowing = (service: string, namespace: string, apiPorts: readonly number[]) => ({
  apiVersion: NetworkPolicy.apiVersion,
  kind: NetworkPolicy.kind,
  metadata: { name: guardianName(service), namespace },
  spec: {
    podSelector: { matchLabels: labelsOf(service) },
    policyTypes: ['Egress'],
    egress: [{ ports: apiPorts.map((port) => ({ protocol: 'TCP', port })) }],
  },
});

// Policies beside NetworkPolicy that may cut a pod off. Their own controllers enforce them, each in its own way.

const kind = (apiVersion: string, name: string): Kind => ({ apiVersion, kind: name, resource: name.toLowerCase().replace(/y$/, 'ies') });

/** Those of a namespace. */
export const otherPolicies = [kind('cilium.io/v2', 'CiliumNetworkPolicy'), kind('crd.projectcalico.org/v1', 'NetworkPolicy')] as const;

/** Those that lie in none. */
export const otherPoliciesOfCluster = [
  kind('cilium.io/v2', 'CiliumClusterwideNetworkPolicy'),
  kind('crd.projectcalico.org/v1', 'GlobalNetworkPolicy'),
  kind('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'),
  kind('policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'),
] as const;
