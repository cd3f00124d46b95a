import { unreadPolicies, unseenPolicies } from '../../domain/guardian/egress.ts';
import { guardianName } from '../../domain/guardian/name.ts';
import { accountYaml, type GuardianWish, guardianJob } from '../../domain/guardian/objects.ts';
import { accountPermissions, postingPermissions } from '../../domain/guardian/permissions.ts';
import { Job } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import type { Permission } from '../../domain/rollout/permissions.ts';
import type { Findings, Problem } from '../../domain/rollout/problem.ts';
import { inspectQuota } from '../../domain/rollout/quota.ts';
import { roleName } from '../../domain/rollout/role.ts';
import type { Application } from '../../domain/traffic/router.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { ownSubject } from '../own-subject.ts';
import { accountText, deniedOf, permissionsText, type Rights, rightsOf, wholeRole } from '../permissions.ts';
import { egressFindings, policiesOfOtherKinds, uncheckedEgress } from './guardian-egress.ts';
import type { CanaryPlan } from './plan.ts';
import type { Survey } from './survey.ts';

/**
 * Whether a guardian can be posted: the permissions to make it, a dry run of its Job against the rules of the cluster, room for its pod
 * in the quotas, and its way to the API server. Whether its image can be pulled and its pod is let in shows when it is posted, which is
 * before any weight.
 */
export async function guardianFindings(
  world: World,
  plan: CanaryPlan,
  { app, quotas, policies }: Pick<Survey, 'app' | 'quotas' | 'policies'>,
): Promise<Findings> {
  if (plan.guardian === undefined) return { problems: [], warnings: [] };
  const needs = { service: plan.service, namespace: app.namespace, tells: world.guardianKit.tells.length > 0 };
  const makesAccount = plan.guardian.serviceAccount === undefined;
  const [rights, account, others] = await Promise.all([
    rightsOf(world, postingPermissions(needs)),
    deniedOf(world, makesAccount ? accountPermissions(needs) : []),
    policiesOfOtherKinds(world, app.namespace),
  ]);
  const { wanted, denied: posting } = rights;
  const lacking = posting.filter(({ need }) => need === 'required');
  const unseen = others.filter(({ policies }) => policies === 'unseen');
  const subject = rights.subject ?? (unseen.length === 0 ? undefined : await ownSubject(world));
  const whole = roleFor(plan, app, { wanted: [...wanted, ...others.flatMap(({ listing }) => listing)], subject });
  const egress = posting.length > lacking.length ? uncheckedEgress(whole) : await egressFindings(world, needs, policies);
  const granted = others.filter((each) => !unseen.includes(each)).flatMap(({ listing }) => listing);
  const needed = [...wanted.filter((each) => !posting.includes(each) || each.need === 'required'), ...granted];
  const job = jobOf(plan, plan.guardian, app, needs.tells);
  const allowed = lacking.every(({ resource }) => resource !== Job.resource);
  return {
    problems: [
      ...(allowed ? await refusedJob(world, app, job) : []),
      ...tooLittleRoom(quotas, job),
      ...(lacking.length === 0 ? [] : [cannotPost(lacking, accountText(rights), roleFor(plan, app, { wanted: needed, subject }))]),
      ...(account.length === 0 ? [] : [cannotMakeAccount(plan, app, account)]),
      ...egress.problems,
    ],
    warnings: [
      ...byTag(plan.guardian),
      ...egress.warnings,
      ...unseenPolicies(
        unseen.map(({ kind }) => kind),
        whole,
      ),
      ...unreadPolicies(
        others.flatMap(({ policies }) => (policies === 'unseen' ? [] : policies)),
        plan.service,
      ),
    ],
  };
}

/** A tag may be another image tomorrow, and this one runs with the right to set stable's image. */
const byTag = ({ image }: GuardianWish): readonly Problem[] =>
  image.includes('@sha256:')
    ? []
    : [
        {
          what: `The guardian's image ${image} is not given by digest: whoever moves its tag decides what runs with the right to write the route and stable.`,
          remedy: `Give \`guardian-image\` by digest, which \`docker buildx imagetools inspect ${image}\` shows.`,
        },
      ];

const roleFor = ({ service }: CanaryPlan, { namespace }: Application, rights: Pick<Rights, 'wanted' | 'subject'>): string =>
  wholeRole(rights, { name: roleName(service, 'guardian'), namespace });

/** What of it a quota counts, for a promotion that needs it as well. */
export const guardianTemplate = (plan: CanaryPlan, app: Application): PodTemplate | undefined =>
  plan.guardian === undefined ? undefined : templateOfJob(jobOf(plan, plan.guardian, app, false));

const templateOfJob = (job: KubernetesObject): PodTemplate => (job['spec'] as { readonly template: PodTemplate }).template;

const jobOf = (plan: CanaryPlan, wish: GuardianWish, app: Application, tells: boolean): KubernetesObject =>
  guardianJob(
    {
      router: plan.router.name,
      app,
      stableDeployment: plan.stableDeployment,
      lease: leaseName(plan.service),
      epoch: 0,
      leaseSeconds: plan.leaseDuration,
      restoreSeconds: 2 * plan.rolloutTimeout,
    },
    wish,
    tells,
  );

/** What admission says to the Job. One of an earlier run may be there still: that is no refusal. */
async function refusedJob(world: World, { namespace }: Application, object: KubernetesObject): Promise<readonly Problem[]> {
  try {
    await world.cluster.write({ do: 'create', kind: Job, namespace, object, dryRun: true });
    return [];
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_CONFLICT') return [];
    if (!(error instanceof Failure && error.code === 'CLUSTER_REFUSED')) throw error;
    return [
      {
        what: `The guardian cannot be made here. ${error.what}`,
        remedy: `Make that rule let its Job in, ${unguarded}`,
      },
    ];
  }
}

/** What could not be checked is told of for the canary's pods already. */
function tooLittleRoom(quotas: Survey['quotas'], job: KubernetesObject): readonly Problem[] {
  const template = templateOfJob(job);
  return inspectQuota(quotas, [{ template, pods: 1 }], 'of the guardian').problems.map(({ what, remedy }) => ({
    what,
    remedy: `${remedy.replace(/\.$/, '')}, ${unguarded}`,
  }));
}

const nobody = 'nobody takes the canary back when this run dies, until the next one';

const unguarded = `or set \`guardian: false\`: then ${nobody}.`;

const without = `Set \`guardian: false\`, and ${nobody}; or let an administrator`;

const cannotPost = (missing: readonly Permission[], account: string, yaml: string): Problem => ({
  what: `The guardian cannot be made: ${permissionsText(missing)}.`,
  remedy: `${without} grant this to ${account}:`,
  yaml,
});

const cannotMakeAccount = (plan: CanaryPlan, app: Application, missing: readonly Permission[]): Problem => ({
  what: `The guardian's account cannot be made: ${permissionsText(missing)}. (Nobody can make a Role with a right that they do not have themselves.)`,
  remedy: `${without} apply this, and set \`guardian-service-account: ${guardianName(plan.service)}\`:`,
  yaml: accountYaml({ app, lease: leaseName(plan.service), stableDeployment: plan.stableDeployment }, plan.router.objects(app)),
});
