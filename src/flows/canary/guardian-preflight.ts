import { apiPortsOf, inspectEgress, otherPolicies, otherPoliciesOfCluster, unreadPolicies } from '../../domain/guardian/egress.ts';
import { guardianName } from '../../domain/guardian/name.ts';
import { accountYaml, type GuardianWish, guardianJob } from '../../domain/guardian/objects.ts';
import { accountPermissions, postingPermissions } from '../../domain/guardian/permissions.ts';
import { EndpointSlice, Job, NetworkPolicy, Service } from '../../domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import type { Permission } from '../../domain/rollout/permissions.ts';
import type { Findings, Problem } from '../../domain/rollout/problem.ts';
import { inspectQuota } from '../../domain/rollout/quota.ts';
import { roleName } from '../../domain/rollout/role.ts';
import type { Application } from '../../domain/traffic/router.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import { accountText, deniedOf, permissionsText, type Rights, rightsOf, wholeRole } from '../permissions.ts';
import type { CanaryPlan } from './plan.ts';
import type { Survey } from './survey.ts';
import { unlessForbidden } from './unless-forbidden.ts';

/**
 * Whether a guardian can be posted: the permissions to make it, a dry run of its Job against the rules of the cluster, room for its pod
 * in the quotas, and its way to the API server. Whether its image can be pulled and its pod is let in shows when it is posted, which is
 * before any weight.
 */
export async function guardianFindings(world: World, plan: CanaryPlan, { app, quotas }: Pick<Survey, 'app' | 'quotas'>): Promise<Findings> {
  if (plan.guardian === undefined) return { problems: [], warnings: [] };
  const needs = { service: plan.service, namespace: app.namespace, tells: world.guardianKit.tells.length > 0 };
  const makesAccount = plan.guardian.serviceAccount === undefined;
  const [rights, account] = await Promise.all([
    rightsOf(world, postingPermissions(needs)),
    deniedOf(world, makesAccount ? accountPermissions(needs) : []),
  ]);
  const { wanted, denied: posting, subject } = rights;
  const lacking = posting.filter(({ need }) => need === 'required');
  const [egress, others] = await Promise.all([
    posting.length > lacking.length ? unchecked(roleFor(plan, app, rights)) : egressFindings(world, needs),
    policiesOfOtherKinds(world, app.namespace),
  ]);
  const needed = wanted.filter((each) => !posting.includes(each) || each.need === 'required');
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
    warnings: [...byTag(plan.guardian), ...egress.warnings, ...unreadPolicies(others, plan.service)],
  };
}

async function egressFindings(world: World, needs: { readonly service: string; readonly namespace: string }): Promise<Findings> {
  const policies = await world.cluster.list(NetworkPolicy, needs.namespace);
  return policies.length === 0 ? inspectEgress([], needs) : inspectEgress(policies, needs, await apiPorts(world));
}

/** Few accounts may look into the namespace `default`: then the usual ports are meant. */
async function apiPorts({ cluster }: World): Promise<readonly number[]> {
  const namespace = 'default';
  const name = 'kubernetes';
  const [service, slices] = await Promise.all([
    unlessForbidden(cluster.get({ kind: Service, namespace, name }), undefined),
    unlessForbidden(cluster.list(EndpointSlice, namespace, { labels: `kubernetes.io/service-name=${name}` }), []),
  ]);
  return apiPortsOf(service, slices);
}

/** Where their kinds are installed and may be read. One of each says enough. */
async function policiesOfOtherKinds({ cluster }: World, namespace: string): Promise<readonly KubernetesObject[]> {
  const first = (kind: Kind, where: string) => unlessForbidden(cluster.list(kind, where, { limit: 1 }), []);
  const found = await Promise.all([
    ...otherPolicies.map((kind) => first(kind, namespace)),
    ...otherPoliciesOfCluster.map((kind) => first(kind, '')),
  ]);
  return found.flat();
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

const roleFor = ({ service }: CanaryPlan, { namespace }: Application, rights: Pick<Rights, 'wanted' | 'subject'>): string =>
  wholeRole(rights, { name: roleName(service, 'guardian'), namespace });

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
