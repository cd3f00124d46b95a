import { inspectEgress } from '../../domain/guardian/egress.ts';
import { guardianName } from '../../domain/guardian/name.ts';
import { accountYaml } from '../../domain/guardian/objects.ts';
import { accountPermissions, postingPermissions } from '../../domain/guardian/permissions.ts';
import { NetworkPolicy } from '../../domain/kubernetes/kinds.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import { type Permission, roleYaml, type Subject } from '../../domain/rollout/permissions.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { Application } from '../../domain/traffic/router.ts';
import type { World } from '../../ports/world.ts';
import type { CanaryPlan } from './plan.ts';
import { type Findings, permissionText, supposedSubject } from './preflight-checks.ts';
import { ownSubject } from './subject.ts';
import { isAllowed } from './survey.ts';

/**
 * Whether a guardian can be posted: the permissions to make it, and its way to the API server. Whether its image can be pulled and its
 * pod is let in shows when it is posted, which is before any weight.
 */
export async function guardianFindings(world: World, plan: CanaryPlan, app: Application): Promise<Findings> {
  if (plan.guardian === undefined) return { problems: [], warnings: [] };
  const needs = { service: plan.service, namespace: app.namespace, webhook: world.guardianKit.webhook !== undefined };
  const makesAccount = plan.guardian.serviceAccount === undefined;
  const wanted = postingPermissions(needs);
  const [posting, account] = await Promise.all([denied(world, wanted), denied(world, makesAccount ? accountPermissions(needs) : [])]);
  const lacking = posting.filter(({ need }) => need === 'required');
  const subject = (posting.length === 0 ? undefined : await ownSubject(world)) ?? supposedSubject(app);
  const egress =
    posting.length > lacking.length
      ? unchecked(roleFor(plan, wanted, subject))
      : inspectEgress(await world.cluster.list(NetworkPolicy, app.namespace), needs);
  return {
    problems: [
      ...(lacking.length === 0
        ? []
        : [
            cannotPost(
              lacking,
              roleFor(
                plan,
                wanted.filter((each) => !posting.includes(each) || each.need === 'required'),
                subject,
              ),
            ),
          ]),
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

const unchecked = (yaml: string): Findings => ({
  problems: [],
  warnings: [
    {
      what: 'Not checked for lack of permission: whether a NetworkPolicy cuts the guardian off from the API server.',
      remedy: 'If one does, no weight will be moved. Grant this to have it checked as well:',
      yaml,
    },
  ],
});

/** Whole, because applying it replaces a Role of this name. */
const roleFor = ({ service }: CanaryPlan, wanted: readonly Permission[], subject: Subject): string =>
  roleYaml(wanted, `wf-deploy-${service}-guardian`, subject);

const listed = (missing: readonly Permission[]): string => missing.map(permissionText).join(', ');

const without = 'Set `guardian: false`, and nobody takes the canary back when this run dies, until the next one; or let an administrator';

const cannotPost = (missing: readonly Permission[], yaml: string): Problem => ({
  what: `The guardian cannot be made: ${listed(missing)}.`,
  remedy: `${without} grant this to the account of the kubeconfig:`,
  yaml,
});

const cannotMakeAccount = (plan: CanaryPlan, app: Application, missing: readonly Permission[]): Problem => ({
  what: `The guardian's account cannot be made: ${listed(missing)}. (Nobody can make a Role with a right that they do not have themselves.)`,
  remedy: `${without} apply this, and set \`guardian-service-account: ${guardianName(plan.service)}\`:`,
  yaml: accountYaml({ app, lease: leaseName(plan.service), stableDeployment: plan.stableDeployment }, plan.router.objects(app)),
});
