import { unreadPolicies, unseenPolicies } from '../../domain/guardian/egress.ts';
import { guardianName } from '../../domain/guardian/name.ts';
import { accountYaml, type GuardianWish, guardianJob } from '../../domain/guardian/objects.ts';
import { accountPermissions, postingPermissions } from '../../domain/guardian/permissions.ts';
import { Job } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import { type Permission, roleYaml, type Subject } from '../../domain/rollout/permissions.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { inspectQuota } from '../../domain/rollout/quota.ts';
import type { Application } from '../../domain/traffic/router.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import { egressFindings, policiesOfOtherKinds, uncheckedEgress } from './guardian-egress.ts';
import type { CanaryPlan } from './plan.ts';
import { type Findings, permissionText, supposedSubject } from './preflight-checks.ts';
import { ownSubject } from './subject.ts';
import { isAllowed, type Survey } from './survey.ts';

/**
 * Whether a guardian can be posted: the permissions to make it, a dry run of its Job against the rules of the cluster, room for its pod
 * in the quotas, and its way to the API server. Whether its image can be pulled and its pod is let in shows when it is posted, which is
 * before any weight.
 */
export async function guardianFindings(world: World, plan: CanaryPlan, { app, quotas }: Pick<Survey, 'app' | 'quotas'>): Promise<Findings> {
  if (plan.guardian === undefined) return { problems: [], warnings: [] };
  const needs = { service: plan.service, namespace: app.namespace, tells: world.guardianKit.tells.length > 0 };
  const makesAccount = plan.guardian.serviceAccount === undefined;
  const wanted = postingPermissions(needs);
  const [posting, account, others] = await Promise.all([
    denied(world, wanted),
    denied(world, makesAccount ? accountPermissions(needs) : []),
    policiesOfOtherKinds(world, app.namespace),
  ]);
  const lacking = posting.filter(({ need }) => need === 'required');
  const unseen = others.filter(({ policies }) => policies === 'unseen');
  const subject = (posting.length + unseen.length === 0 ? undefined : await ownSubject(world)) ?? supposedSubject(app);
  const whole = roleFor(plan, [...wanted, ...others.flatMap(({ listing }) => listing)], subject);
  const egress = posting.length > lacking.length ? uncheckedEgress(whole) : await egressFindings(world, needs);
  const granted = others.filter((each) => !unseen.includes(each)).flatMap(({ listing }) => listing);
  const needed = [...wanted.filter((each) => !posting.includes(each) || each.need === 'required'), ...granted];
  const job = jobOf(plan, plan.guardian, app, needs.tells);
  const allowed = lacking.every(({ resource }) => resource !== Job.resource);
  return {
    problems: [
      ...(allowed ? await refusedJob(world, app, job) : []),
      ...tooLittleRoom(quotas, job),
      ...(lacking.length === 0 ? [] : [cannotPost(lacking, roleFor(plan, needed, subject))]),
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

async function denied(world: World, wanted: readonly Permission[]): Promise<readonly Permission[]> {
  const answers = await Promise.all(wanted.map((permission) => isAllowed(world, permission)));
  return wanted.filter((_, index) => answers[index] !== true);
}

/** Whole, because applying it replaces a Role of this name. */
const roleFor = ({ service }: CanaryPlan, wanted: readonly Permission[], subject: Subject): string =>
  roleYaml(wanted, `wf-deploy-${service}-guardian`, subject);

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
  const { template } = job['spec'] as { readonly template: PodTemplate };
  return inspectQuota(quotas, template, 1, 'of the guardian').problems.map(({ what, remedy }) => ({
    what,
    remedy: `${remedy.replace(/\.$/, '')}, ${unguarded}`,
  }));
}

const listed = (missing: readonly Permission[]): string => missing.map(permissionText).join(', ');

const nobody = 'nobody takes the canary back when this run dies, until the next one';

const unguarded = `or set \`guardian: false\`: then ${nobody}.`;

const without = `Set \`guardian: false\`, and ${nobody}; or let an administrator`;

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
