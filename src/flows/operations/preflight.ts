import { type Asking, operationPermissions } from '../../domain/rollout/operation-permissions.ts';
import { roleName } from '../../domain/rollout/role.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { applicationOf } from '../canary/survey.ts';
import { permissionFindings, permissionsText, rightsOf } from '../permissions.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { ourKinds } from './left-behind.ts';
import type { OperationPlan } from './plan.ts';

/**
 * Asks for what an operation does, before it writes anything: half of it would be worse than none. Throws PREFLIGHT_FAILED with everything
 * that is missing and the Role that grants it; what it can do without is said in the log.
 */
export async function requirePermissions(world: World, { canary }: OperationPlan, what: Asking): Promise<void> {
  const app = applicationOf(canary, canary.namespace ?? world.defaultNamespace);
  const { router, stableDeployment: deployment, canaryDeployment: canaryName } = canary;
  const wanted = operationPermissions(what, { router, app, deployment, canaryName, ours: ourKinds });
  const rights = await rightsOf(world, wanted);
  const { problems } = permissionFindings(rights, { name: roleName(canary.service, what), namespace: app.namespace });
  if (problems.length > 0) throw preflightFailed(problems, `\`${what}\``);
  if (rights.denied.length > 0) world.log.line(`  Not permitted, and done without: ${permissionsText(rights.denied)}.`);
}
