import { NetworkPolicy } from '../kubernetes/kinds.ts';
import { type LabelSelector, selects } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { yamlText } from '../kubernetes/yaml.ts';
import type { Problem } from '../rollout/problem.ts';
import { guardianName } from './name.ts';
import { labelsOf } from './objects.ts';

interface PolicySpec {
  readonly podSelector?: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr?: string };
}

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** Behind its Service and at its own address, as clusters usually have them. */
const apiPorts = [443, 6443];

/**
 * Whether the namespace's NetworkPolicies leave the guardian a way to the API server. That runs on the network of its machine, so that
 * only rules by address, or for every destination, can mean it. Whether an address is the right one is not known here.
 */
export function inspectEgress(
  policies: readonly KubernetesObject[],
  { service, namespace }: { readonly service: string; readonly namespace: string },
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const isolating = policies.filter((policy) => isolates(specOf(policy), service));
  const ways = isolating.flatMap((policy) => specOf(policy).egress ?? []).filter(({ ports }) => leadsToApi(ports));
  if (isolating.length === 0 || ways.some(({ to = [] }) => to.length === 0 || to.some(isEverywhere))) return nothing;
  const names = isolating.map(({ metadata }) => metadata.name).join(', ');
  const yaml = yamlText(allowing(service, namespace));
  if (ways.some(({ to = [] }) => to.some(({ ipBlock }) => ipBlock !== undefined))) {
    const what = `Not checked: whether the addresses that NetworkPolicy ${names} lets pods reach are those of the API server, which the guardian needs.`;
    return { problems: [], warnings: [{ what, remedy: 'See for yourself. If they are not, apply this:', yaml }] };
  }
  const what = `NetworkPolicy ${names} cuts the guardian off: no rule lets its pod reach the API server.`;
  return { problems: [{ what, remedy: 'Set `guardian: false` and do without one, or apply this:', yaml }], warnings: [] };
}

const nothing = { problems: [], warnings: [] } as const;

const specOf = (policy: KubernetesObject): PolicySpec => (policy['spec'] ?? {}) as PolicySpec;

function isolates({ podSelector = {}, policyTypes, egress }: PolicySpec, service: string): boolean {
  const types = policyTypes ?? (egress === undefined ? ['Ingress'] : ['Ingress', 'Egress']);
  return types.includes('Egress') && selects(podSelector, labelsOf(service));
}

const leadsToApi = (ports: readonly Port[] = []): boolean =>
  ports.length === 0 ||
  ports.some(
    ({ protocol = 'TCP', port, endPort }) =>
      protocol === 'TCP' &&
      (port === undefined || apiPorts.some((wanted) => typeof port === 'number' && port <= wanted && wanted <= (endPort ?? port))),
  );

const isEverywhere = ({ ipBlock }: Peer): boolean => ipBlock?.cidr === '0.0.0.0/0' || ipBlock?.cidr === '::/0';

const allowing = (service: string, namespace: string) => ({
  apiVersion: NetworkPolicy.apiVersion,
  kind: NetworkPolicy.kind,
  metadata: { name: guardianName(service), namespace },
  spec: {
    podSelector: { matchLabels: labelsOf(service) },
    policyTypes: ['Egress'],
    egress: [{ ports: apiPorts.map((port) => ({ protocol: 'TCP', port })) }],
  },
});
