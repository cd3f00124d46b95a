import { ConfigMap, ReplicaSet, Secret } from '../kubernetes/kinds.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Permission } from '../rollout/permissions.ts';
import { required } from '../rollout/required.ts';

/** What a run needs to give a template its configuration, and to take away what nothing uses any more. */
export function manifestPermissions(
  namespace: string,
  copies: readonly Pick<KubernetesObject, 'kind' | 'metadata'>[],
): readonly Permission[] {
  const make = 'make copies of the ConfigMaps and Secrets of `manifests`, named for their content';
  const tidy = 'take away copies that neither stable nor one of its earlier templates uses';
  const kinds = [ConfigMap, Secret].filter(({ kind }) => copies.some((copy) => copy.kind === kind));
  return [
    ...kinds.flatMap((kind) => [
      ...required({ namespace }, kind, ['create', 'patch'], make),
      ...required({ namespace }, kind, ['delete'], tidy),
    ]),
    ...(kinds.length === 0 ? [] : required({ namespace }, ReplicaSet, ['list'], tidy)),
  ];
}
