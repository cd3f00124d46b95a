import { ConfigMap, groupOf, ReplicaSet, Secret } from '../kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../kubernetes/object.ts';
import type { Permission } from '../rollout/permissions.ts';

/** What a run needs to give a template its configuration, and to take away what nothing uses any more. */
export function manifestPermissions(
  namespace: string,
  copies: readonly Pick<KubernetesObject, 'kind' | 'metadata'>[],
): readonly Permission[] {
  const needed = (kind: Kind, verb: string, why: string, name?: string): Permission => ({
    namespace,
    group: groupOf(kind),
    resource: kind.resource,
    verb,
    need: 'required',
    why,
    ...(name === undefined ? {} : { name }),
  });
  const make = 'make copies of the ConfigMaps and Secrets of `manifests`, named for their content';
  const tidy = 'take away copies that neither stable nor one of its earlier templates uses';
  const kinds = [ConfigMap, Secret].filter(({ kind }) => copies.some((copy) => copy.kind === kind));
  return [
    ...kinds.flatMap((kind) => [needed(kind, 'create', make), needed(kind, 'patch', make), needed(kind, 'delete', tidy)]),
    ...(kinds.length === 0 ? [] : [needed(ReplicaSet, 'list', tidy)]),
  ];
}
