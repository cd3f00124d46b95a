import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { Switcher } from '../../domain/traffic/switchers/switcher.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { unlessForbidden } from '../unless-forbidden.ts';

export interface Around {
  readonly others: readonly KubernetesObject[];
  readonly warnings: readonly Problem[];
}

/** Other objects that may take the same requests: of all namespaces, or where these may not be read, of the own one, which is said. */
export async function routesAround(
  { cluster }: Pick<World, 'cluster'>,
  { kind, ownServices }: Switcher,
  own: { readonly namespace: string; readonly name: string },
): Promise<Around> {
  const isOther = ({ metadata: { name, namespace = own.namespace } }: KubernetesObject): boolean =>
    name !== own.name || namespace !== own.namespace;
  // Pods are selected by Services of their namespace alone.
  const everywhere = ownServices ? await unlessForbidden(cluster.list(kind, ''), undefined) : undefined;
  const found = everywhere ?? (await unlessForbidden(cluster.list(kind, own.namespace), []));
  return {
    others: found.filter(isOther),
    warnings:
      everywhere !== undefined || !ownServices
        ? []
        : [
            {
              what: `Not checked: whether ${kind.resource} of other namespaces take the same requests.`,
              remedy: `Grant \`list\` of ${kind.resource} in all namespaces by a ClusterRole, or see for yourself.`,
            },
          ],
  };
}
