import { type Asking, operationPermissions } from '../../domain/rollout/operation-permissions.ts';
import { roleYaml } from '../../domain/rollout/permissions.ts';
import { problemText } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import { permissionText, supposedSubject } from '../canary/preflight-checks.ts';
import { ownSubject } from '../canary/subject.ts';
import { applicationOf, isAllowed } from '../canary/survey.ts';
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
  const answers = await Promise.all(wanted.map((permission) => isAllowed(world, permission)));
  const missing = wanted.filter((_, index) => answers[index] !== true);
  if (missing.length === 0) return;
  const lacking = missing.filter(({ need }) => need === 'required');
  const listed = (lacking.length === 0 ? missing : lacking).map(permissionText).join(', ');
  if (lacking.length === 0) return world.log.line(`  Not permitted, and done without: ${listed}.`);
  // Whole, because applying it replaces a Role of this name.
  const yaml = roleYaml(wanted, `wf-deploy-${canary.service}-${what}`, (await ownSubject(world)) ?? supposedSubject(app));
  const remedy = 'Let an administrator grant this to the account of the kubeconfig:';
  const said = problemText({ what: `Permissions are missing for \`${what}\`: ${listed}.`, remedy, yaml });
  throw new Failure('PREFLIGHT_FAILED', said, 'Apply the Role above and start this again. Nothing was written.');
}
