import { apiPortsOf, inspectEgress, otherPolicies, otherPoliciesOfCluster, seeingThem } from '../../domain/guardian/egress.ts';
import { EndpointSlice, Service } from '../../domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { KnownKind } from '../../domain/rolling/manifest.ts';
import type { Permission } from '../../domain/rollout/permissions.ts';
import type { Findings } from '../../domain/rollout/problem.ts';
import { advisory } from '../../domain/rollout/required.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { unlessForbidden } from '../unless-forbidden.ts';

/** Whether the NetworkPolicies of the namespace leave the guardian a way to the API server. */
export async function egressFindings(
  world: World,
  needs: { readonly service: string; readonly namespace: string },
  policies: readonly KubernetesObject[],
): Promise<Findings> {
  return policies.length === 0 ? inspectEgress([], needs) : inspectEgress(policies, needs, await apiPorts(world));
}

/** Few accounts may look into the namespace `default`: then the usual ports are meant. */
async function apiPorts({ cluster }: World): Promise<readonly number[]> {
  const namespace = 'default';
  const name = 'kubernetes';
  const [service, slices] = await Promise.all([
    unlessForbidden(cluster.get({ kind: Service, namespace, name }), undefined),
    unlessForbidden(cluster.list(EndpointSlice, namespace, { labels: `kubernetes.io/service-name=${name}` }), []),
  ]);
  return apiPortsOf(service, slices);
}

export interface OtherPolicies {
  readonly kind: Kind;
  /** One of them says enough. */
  readonly policies: readonly KubernetesObject[] | 'unseen';
  /** What it takes to see them. */
  readonly listing: readonly Permission[];
}

/** Of each kind that is installed. */
export async function policiesOfOtherKinds(world: World, namespace: string): Promise<readonly OtherPolicies[]> {
  const places = [
    ...otherPolicies.map((kind) => ({ kind, where: namespace })),
    ...otherPoliciesOfCluster.map((kind) => ({ kind, where: '' })),
  ];
  const found = await Promise.all(
    places.map(async ({ kind, where }) => {
      const policies = await firstOf(world, kind, where);
      const listing = advisory({ namespace: where }, kind, ['list'], 'check that the guardian can reach the API server');
      return policies === undefined ? [] : [{ kind, policies, listing }];
    }),
  );
  return found.flat();
}

/** `undefined`: there is no such kind. Who may not list it is refused whether it is there or not. */
async function firstOf({ cluster, discovery }: World, kind: Kind, where: string): Promise<OtherPolicies['policies'] | undefined> {
  try {
    return await cluster.list(kind, where, { limit: 1 });
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_NOT_FOUND') return undefined;
    if (!(error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN')) throw error;
    const known = await unlessForbidden<readonly KnownKind[] | undefined>(discovery.kinds(kind.apiVersion), undefined);
    return known === undefined || known.some((each) => each.kind.kind === kind.kind) ? 'unseen' : undefined;
  }
}

export const uncheckedEgress = (yaml: string): Findings => ({
  problems: [],
  warnings: [
    {
      what: 'Not checked for lack of permission: whether a NetworkPolicy cuts the guardian off from the API server.',
      remedy: seeingThem,
      yaml,
    },
  ],
});
