import { SelfSubjectAccessReview } from '../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../domain/kubernetes/object.ts';
import { type Permission, permissionText } from '../domain/rollout/permissions.ts';
import type { Findings } from '../domain/rollout/problem.ts';
import { roleYaml, type Subject } from '../domain/rollout/role.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { ownSubject } from './own-subject.ts';
import { unlessFailed } from './unless-forbidden.ts';

/** What a run does in the cluster, and what of it it may not do. */
export interface Rights {
  readonly wanted: readonly Permission[];
  readonly denied: readonly Permission[];
  /** Who lacks them; asked only where something is denied, and not always answered. */
  readonly subject: Subject | undefined;
}

export async function rightsOf(world: World, wanted: readonly Permission[]): Promise<Rights> {
  const denied = await deniedOf(world, wanted);
  return { wanted, denied, subject: denied.length === 0 ? undefined : await ownSubject(world) };
}

/** For a way back: what the API server gives no answer to is not checked, and stops nobody. */
export async function rightsAsAnswered(
  world: World,
  wanted: readonly Permission[],
): Promise<Rights & { readonly notChecked: readonly Permission[] }> {
  const answers = await Promise.all(wanted.map((permission) => unlessFailed(isAllowed(world, permission), undefined)));
  const denied = wanted.filter((_, index) => answers[index] === false);
  const notChecked = wanted.filter((_, index) => answers[index] === undefined);
  return { wanted, denied, notChecked, subject: denied.length === 0 ? undefined : await unlessFailed(ownSubject(world), undefined) };
}

export async function deniedOf(world: World, wanted: readonly Permission[]): Promise<readonly Permission[]> {
  const answers = await Promise.all(wanted.map((permission) => isAllowed(world, permission)));
  return wanted.filter((_, index) => answers[index] !== true);
}

/**
 * Whether none of these reads was denied: what may not be read is not known to be missing, and then the permission is the problem. Which
 * of the denied ones count, and which verbs read it, is the caller's: no two flows ask in the same way.
 */
export const mayRead = (denied: readonly Permission[], resource: string, ...verbs: readonly ('get' | 'list')[]): boolean =>
  !denied.some((each) => each.resource === resource && each.subresource === undefined && verbs.some((verb) => verb === each.verb));

async function isAllowed(world: World, permission: Permission): Promise<boolean> {
  const { namespace, group, resource, subresource = '', verb, name = '' } = permission;
  const object: KubernetesObject = {
    apiVersion: SelfSubjectAccessReview.apiVersion,
    kind: SelfSubjectAccessReview.kind,
    metadata: { name: '' },
    spec: { resourceAttributes: { namespace, group, resource, subresource, verb, name } },
  };
  const answer = await world.cluster.write({ do: 'create', kind: SelfSubjectAccessReview, namespace: undefined, object });
  return (answer['status'] as { readonly allowed?: unknown } | undefined)?.allowed === true;
}

/** What a Role is called: the name is this flow's alone. */
export interface RolePlace {
  readonly name: string;
  /** Where the account is taken to lie when the API server does not say who asks. */
  readonly namespace: string;
}

/** What is missing, with the Role that grants it: what a run can do without is a warning where nothing else is missing. */
export function permissionFindings(rights: Rights, place: RolePlace): Findings {
  const required = rights.denied.filter(({ need }) => need === 'required');
  const advisory = rights.denied.filter(({ need }) => need === 'advisory');
  const yaml = wholeRole(rights, place);
  const beside = advisory.length === 0 ? '' : ` Not required, and denied as well: ${permissionsText(advisory)}.`;
  const problem = {
    what: `Permissions are missing: ${permissionsText(required)}.${beside}`,
    remedy: `Let an administrator grant them to ${accountText(rights)}. What is granted already stays:`,
    yaml,
  };
  const warning = {
    what: `Not checked for lack of permission: ${permissionsText(advisory)}.`,
    remedy: `Grant these to ${accountText(rights)}, to have that checked as well:`,
    yaml,
  };
  return { problems: required.length === 0 ? [] : [problem], warnings: advisory.length === 0 ? [] : [warning] };
}

/** Applying it replaces a Role of that name: it holds everything that is wanted, because the missing part alone would take the rest away. */
export const wholeRole = ({ wanted, subject }: Pick<Rights, 'wanted' | 'subject'>, { name, namespace }: RolePlace): string =>
  roleYaml(wanted, name, subject ?? { kind: 'ServiceAccount', name: supposed, namespace });

/** Before Kubernetes 1.28 the API server does not say who asks. */
const supposed = 'wf-deploy';

export const accountText = ({ subject }: Pick<Rights, 'subject'>): string =>
  `the account of the kubeconfig${subject === undefined ? ` (the API server does not say which: put its name for \`${supposed}\`)` : ''}`;

export const permissionsText = (permissions: readonly Permission[]): string => [...new Set(permissions.map(permissionText))].join(', ');
