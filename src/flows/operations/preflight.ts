import { midPromotion } from '../../domain/rollout/begin.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { type Asking, operationPermissions } from '../../domain/rollout/operation-permissions.ts';
import { roleName } from '../../domain/rollout/role.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { applicationOf } from '../canary/survey.ts';
import { permissionFindings, permissionsText, type Rights, type RolePlace, rightsAsAnswered, rightsOf } from '../permissions.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { ourKinds } from './left-behind.ts';
import type { OperationPlan } from './plan.ts';

/**
 * Asks for what an operation does, before it writes anything: half of it would be worse than none. Throws PREFLIGHT_FAILED with everything
 * that is missing and the Role that grants it; what it can do without is said in the log.
 */
export async function requirePermissions(world: World, { canary }: OperationPlan, what: Asking): Promise<void> {
  const { wanted, place } = asked(world, canary, { what });
  const rights = await rightsOf(world, wanted);
  refuse(rights, place, what);
  if (rights.denied.length > 0) world.log.line(`  ${withoutText(rights.denied)}`);
}

/**
 * The same for `abort`: nothing is asked that could keep users on the canary but what gives them back. `lease`: of a dead run, whose
 * rollout is taken back from here. Answers with what a person should know.
 */
export async function requireWayBack(
  world: World,
  { canary }: OperationPlan,
  lease?: Pick<LeaseView, 'rollout'>,
): Promise<readonly string[]> {
  const what = lease === undefined ? 'abort' : 'take-back';
  const phase = lease?.rollout?.phase ?? 'resting';
  const { wanted, place } = asked(world, canary, { what, midPromotion: midPromotion(phase) });
  const rights = await rightsAsAnswered(world, wanted);
  refuse(rights, place, what);
  const warnings = [
    ...(rights.denied.length === 0 ? [] : [withoutText(rights.denied)]),
    ...(rights.notChecked.length === 0 ? [] : [`Not checked whether it is permitted: ${permissionsText(rights.notChecked)}.`]),
  ];
  for (const each of warnings) world.log.line(`  ${each}`);
  return warnings;
}

function asked(
  world: World,
  canary: OperationPlan['canary'],
  { what, ...how }: { readonly what: Asking; readonly midPromotion?: boolean },
) {
  const app = applicationOf(canary, canary.namespace ?? world.defaultNamespace);
  const { router, stableDeployment: deployment, canaryDeployment: canaryName } = canary;
  const wanted = operationPermissions(what, { router, app, deployment, canaryName, ours: ourKinds, ...how });
  return { wanted, place: { name: roleName(canary.service, what), namespace: app.namespace } };
}

function refuse(rights: Rights, place: RolePlace, what: Asking): void {
  const { problems } = permissionFindings(rights, place);
  if (problems.length > 0) throw preflightFailed(problems, `\`${what}\``);
}

const withoutText = (denied: Rights['denied']): string => `Not permitted, and done without: ${permissionsText(denied)}.`;
