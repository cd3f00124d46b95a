import { inspectEgress } from '../../domain/guardian/egress.ts';
import { guardianName } from '../../domain/guardian/name.ts';
import { accountYaml } from '../../domain/guardian/objects.ts';
import { accountPermissions, postingPermissions } from '../../domain/guardian/permissions.ts';
import { NetworkPolicy } from '../../domain/kubernetes/kinds.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import { type Permission, roleYaml } from '../../domain/rollout/permissions.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { Application } from '../../domain/traffic/router.ts';
import type { World } from '../../ports/world.ts';
import type { CanaryPlan } from './plan.ts';
import { type Findings, permissionText } from './preflight-checks.ts';
import { isAllowed } from './survey.ts';

/**
 * Whether a guardian can be posted: the permissions to make it, and its way to the API server. Whether its image can be pulled and its
 * pod is let in shows when it is posted, which is before any weight.
 */
export async function guardianFindings(world: World, plan: CanaryPlan, app: Application): Promise<Findings> {
  if (plan.guardian === undefined) return { problems: [], warnings: [] };
  const needs = { service: plan.service, namespace: app.namespace, tells: world.guardianKit.tells.length > 0 };
  const makesAccount = plan.guardian.serviceAccount === undefined;
  const [posting, account] = await Promise.all([
    denied(world, postingPermissions(needs)),
    denied(world, makesAccount ? accountPermissions(needs) : []),
  ]);
  const lacking = posting.filter(({ need }) => need === 'required');
  const egress = posting.length > lacking.length ? unchecked : inspectEgress(await world.cluster.list(NetworkPolicy, app.namespace), needs);
  return {
    problems: [
      ...(lacking.length === 0 ? [] : [cannotPost(plan.service, app.namespace, lacking)]),
      ...(account.length === 0 ? [] : [cannotMakeAccount(plan, app, account)]),
      ...egress.problems,
    ],
    warnings: egress.warnings,
  };
}

async function denied(world: World, wanted: readonly Permission[]): Promise<readonly Permission[]> {
  const answers = await Promise.all(wanted.map((permission) => isAllowed(world, permission)));
  return wanted.filter((_, index) => answers[index] !== true);
}

const unchecked: Findings = {
  problems: [],
  warnings: [
    {
      what: 'Not checked for lack of permission: whether a NetworkPolicy cuts the guardian off from the API server.',
      remedy: 'Grant `list networkpolicies.networking.k8s.io` to have that checked as well. If one does, no weight will be moved.',
    },
  ],
};

const listed = (missing: readonly Permission[]): string => missing.map(permissionText).join(', ');

const without = 'or set `guardian: false`: then nobody takes the canary back when this run dies, until the next one.';

const cannotPost = (service: string, namespace: string, missing: readonly Permission[]): Problem => ({
  what: `The guardian cannot be made: ${listed(missing)}.`,
  remedy: `Let an administrator grant this to the account of the kubeconfig, ${without}`,
  yaml: roleYaml(missing, `wf-deploy-${service}-guardian`, { kind: 'ServiceAccount', name: 'wf-deploy', namespace }),
});

const cannotMakeAccount = (plan: CanaryPlan, app: Application, missing: readonly Permission[]): Problem => ({
  what: `The guardian's account cannot be made: ${listed(missing)}. (Nobody can make a Role with a right that they do not have themselves.)`,
  remedy: `Let an administrator apply this, and set \`guardian-service-account: ${guardianName(plan.service)}\`, ${without}`,
  yaml: accountYaml({ app, lease: leaseName(plan.service), stableDeployment: plan.stableDeployment }, plan.router.objects(app)),
});
