import { ConfigMap, Event, groupOf, Job, NetworkPolicy, Role, RoleBinding, Secret, ServiceAccount } from '../kubernetes/kinds.ts';
import type { Kind } from '../kubernetes/object.ts';
import type { Permission } from '../rollout/permissions.ts';
import { guardianName } from './name.ts';

export interface GuardianNeeds {
  readonly service: string;
  readonly namespace: string;
  /** Whether it has someone to tell. */
  readonly tells: boolean;
}

/** What a run needs to post a guardian and to dismiss it. What is created has no name yet that a rule could hold. */
export const postingPermissions = (needs: GuardianNeeds): readonly Permission[] => [
  ...permissions(needs, Job, ['create'], 'make the guardian'),
  ...permissions(needs, Job, ['get', 'patch', 'delete'], 'wake the guardian, and dismiss it', guardianName(needs.service)),
  ...permissions(needs, ConfigMap, ['create'], 'give the guardian its script and what it has to undo'),
  ...(needs.tells ? permissions(needs, Secret, ['create'], 'give the guardian the addresses of `notify` and `notify-webhook`') : []),
  ...permissions(needs, NetworkPolicy, ['list'], 'check that the guardian can reach the API server').map(
    (permission) => ({ ...permission, need: 'advisory' }) as const,
  ),
];

/**
 * What it needs beyond that to make the guardian's account. The API server lets nobody make a Role with a right that they do not have
 * themselves, so that the last one is among them: the others that the guardian has, a run has anyhow.
 */
export const accountPermissions = (needs: GuardianNeeds): readonly Permission[] => [
  ...[ServiceAccount, Role, RoleBinding].flatMap((kind) => [
    ...permissions(needs, kind, ['create'], "make the guardian's account"),
    ...permissions(needs, kind, ['patch'], "make the guardian's account", guardianName(needs.service)),
  ]),
  ...permissions(needs, Event, ['create'], 'give the guardian the right to say what it did'),
];

const permissions = (
  { namespace }: GuardianNeeds,
  kind: Kind,
  verbs: readonly string[],
  why: string,
  name?: string,
): readonly Permission[] =>
  verbs.map((verb) => ({
    namespace,
    group: groupOf(kind),
    resource: kind.resource,
    verb,
    need: 'required',
    why,
    ...(name === undefined ? {} : { name }),
  }));
