import { ConfigMap, Event, Job, NetworkPolicy, Role, RoleBinding, Secret, ServiceAccount } from '../kubernetes/kinds.ts';
import type { Permission } from '../rollout/permissions.ts';
import { advisory, required } from '../rollout/required.ts';
import { guardianName } from './name.ts';

export interface GuardianNeeds {
  readonly service: string;
  readonly namespace: string;
  /** Whether it has someone to tell. */
  readonly tells: boolean;
}

/** What a run needs to post a guardian and to dismiss it. What is created has no name yet that a rule could hold. */
export const postingPermissions = (needs: GuardianNeeds): readonly Permission[] => [
  ...required(needs, Job, ['create'], 'make the guardian'),
  ...required(needs, Job, ['get', 'patch', 'delete'], 'wake the guardian, and dismiss it', guardianName(needs.service)),
  ...required(needs, ConfigMap, ['create'], 'give the guardian its script and what it has to undo'),
  ...(needs.tells ? required(needs, Secret, ['create'], 'give the guardian the addresses of `notify` and `notify-webhook`') : []),
  ...advisory(needs, NetworkPolicy, ['list'], 'check that the guardian can reach the API server'),
];

/**
 * What it needs beyond that to make the guardian's account. The API server lets nobody make a Role with a right that they do not have
 * themselves, so that the last one is among them: the others that the guardian has, a run has anyhow.
 */
export const accountPermissions = (needs: GuardianNeeds): readonly Permission[] => [
  ...[ServiceAccount, Role, RoleBinding].flatMap((kind) => [
    ...required(needs, kind, ['create'], "make the guardian's account"),
    ...required(needs, kind, ['patch'], "make the guardian's account", guardianName(needs.service)),
  ]),
  ...required(needs, Event, ['create'], 'give the guardian the right to say what it did'),
];
