import { blueGreenPermissions } from '../../domain/blue-green/permissions.ts';
import { Deployment, HorizontalPodAutoscaler, Lease, ResourceQuota, Service } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec, podLabels } from '../../domain/kubernetes/workload.ts';
import { containerOf, imageOf } from '../../domain/rollout/container-image.ts';
import { type Colour, colouredName, layoutOf, layoutText, mixedWarning, pairNeeded } from '../../domain/rollout/layout.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import { ownershipFindings, rollingChanges } from '../../domain/rollout/ownership-findings.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { templateDifferences } from '../../domain/rollout/template-differences.ts';
import { otherColour } from '../../domain/traffic/switchers/colours.ts';
import type { ColourPair } from '../../domain/traffic/switchers/switcher.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { refuseHeld, refuseKnownHeld } from '../holds.ts';
import { permissionFindings, rightsOf } from '../permissions.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { resolveImage } from '../resolve-image.ts';
import { unfinishedCanary, unfinishedRolling, unreadableSwitch } from '../unfinished.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import type { Ground } from './ground.ts';
import type { BlueGreenWish } from './plan.ts';
import {
  type BothColours,
  colourServices,
  otherImage,
  paused,
  portOf,
  readable,
  roleOf,
  sameContainers,
  scaledOnlyBefore,
  separate,
  servesNobody,
} from './preflight-checks.ts';
import { roomForBoth } from './room.ts';
import { routesAround } from './routes-around.ts';
import { testMetrics } from './test-metrics.ts';

/** Looks at everything a switch needs, writes nothing, and throws one PREFLIGHT_FAILED with all problems there are. */
export async function preflight(world: World, plan: BlueGreenWish): Promise<Ground> {
  const { service, switcher, route: routeName } = plan;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const get = (kind: typeof Deployment, name: string) => unlessForbidden(world.cluster.get({ kind, namespace, name }), undefined);
  const needs = {
    service,
    namespace,
    switcher,
    route: routeName,
    removes: !plan.keepOld,
    back: plan.operation === 'rollback',
    asks: plan.operation === 'deploy',
    metricsService: plan.operation === 'deploy' ? plan.measure?.metricsService : undefined,
  };
  const named = switcher.ownServices;
  const [rights, lease, one, blue, green, front, blueService, greenService, route, around, quotas] = await Promise.all([
    rightsOf(world, blueGreenPermissions(needs)),
    get(Lease, leaseName(service)),
    get(Deployment, service),
    get(Deployment, colouredName(service, 'blue')),
    get(Deployment, colouredName(service, 'green')),
    get(Service, named ? service : routeName),
    named ? get(Service, colouredName(service, 'blue')) : undefined,
    named ? get(Service, colouredName(service, 'green')) : undefined,
    get(switcher.kind, routeName),
    routesAround(world, switcher, { namespace, name: routeName }),
    unlessForbidden(world.cluster.list(ResourceQuota, namespace), undefined),
  ]);
  const view = lease === undefined ? undefined : readLease(lease);
  const permissions = permissionFindings(rights, { name: roleOf(plan), namespace });
  const parts = { name: service, one, blue, green, service: front };
  const layout = pairNeeded(parts);
  const early: readonly Problem[] = [
    ...permissions.problems,
    ...(layout === undefined ? [] : [layout]),
    ...(blue === undefined && green === undefined && one === undefined
      ? [{ what: `There is no Deployment of ${service} in ${namespace}.`, remedy: 'Check `service` and `namespace`.' }]
      : []),
    ...(route === undefined
      ? [{ what: `${switcher.kind.kind} ${namespace}/${routeName} is not there.`, remedy: 'Create it, or name another one in `route`.' }]
      : []),
  ];
  if (blue === undefined || green === undefined || route === undefined || permissions.problems.length > 0)
    throw preflightFailed(early, begun);

  const deployments: BothColours<KubernetesObject> = { blue, green };
  const pair: ColourPair = { service, namespace, route: routeName, pods: { blue: podLabels(blue), green: podLabels(green) } };
  const live = switcher.live(route, pair);
  if (live.is !== 'one')
    throw preflightFailed(
      [
        ...early,
        {
          what: `It cannot be told which colour has the users: ${live.reason}.`,
          remedy: `Let ${switcher.kind.kind} ${routeName} lead to one colour, in every place the same.`,
        },
      ],
      begun,
    );
  const [from, to] = [live.colour, otherColour(live.colour)];
  const services = { blue: blueService, green: greenService };
  const [serving, idle] = [deployments[from], deployments[to]];
  const container = containerOf(serving, plan.container);
  const image = plan.operation === 'deploy' ? await resolveImage(world, plan.image) : { text: '', problems: [], warnings: [] };
  const inspection = switcher.inspect(route, pair, around.others);
  const replicas = deploymentSpec(serving).replicas ?? 1;
  const before = { image: container.ok ? (imageOf(idle, container.value) ?? '') : '', replicas: deploymentSpec(idle).replicas ?? 1 };
  const isBack = plan.operation === 'rollback';
  // Somebody may have taken the pods away from what does harm.
  const wantedReplicas = isBack ? Math.max(1, replicas, before.replicas) : replicas;
  const ownership = ownershipFindings(isBack ? 'accept' : plan.gitops, rollingChanges([serving, idle, route]));
  const [pods, autoscalers] = await Promise.all([
    unlessForbidden(podsOfWorkload(world, namespace, serving), []),
    unlessForbidden(world.cluster.list(HorizontalPodAutoscaler, namespace), []),
  ]);
  const room = await roomForBoth(world, plan, {
    pods: Math.max(0, wantedReplicas - before.replicas),
    deployment: idle.metadata.name,
    serving,
    servingPods: pods,
    quotas,
  });
  const port = plan.operation === 'deploy' ? (plan.health.port ?? portOf(services[to] ?? front, idle)) : undefined;
  const tested = await testMetrics(world, plan, { service, namespace, route: routeName, from, to }, pods);
  // Of one that may not be read the permissions tell.
  const servicesOf = (...asked: readonly Colour[]): readonly Problem[] =>
    named ? colourServices(pair, services, readable(rights, service, asked)) : [];
  const problems: readonly Problem[] = [
    ...early,
    ...tested.problems,
    ...image.problems,
    ...(container.ok ? [] : [{ what: `\`container\` ${container.problem}.`, remedy: container.remedy }]),
    ...sameContainers(container, idle, before.image),
    ...otherImage(plan, idle.metadata.name, before.image),
    ...(isBack ? servicesOf(to) : servicesOf(from, to)),
  ];
  const left = { service, lease: view, us: world.run.holder };
  const doubts: readonly Problem[] = [
    ...unfinishedCanary(left),
    ...unfinishedRolling(left),
    ...unreadableSwitch(left),
    ...(isBack ? servicesOf(from) : []),
    ...servesNobody(serving),
    ...inspection.problems,
    ...separate(deployments),
    ...paused(idle),
    ...room.problems,
    ...ownership.problems,
  ];
  // On a way back everything is advisory but the write itself.
  const refusals = isBack ? problems : [...problems, ...doubts];
  if (refusals.length > 0 || !container.ok) throw preflightFailed(refusals, begun);
  const wanted = plan.operation === 'deploy' ? image.text : before.image;
  const previousImage = imageOf(serving, container.value) ?? '';
  const deploying = { service, namespace, lease: view, images: [wanted], present: [previousImage] };
  const unknownHolds = isBack ? await refuseKnownHeld(world, deploying) : await refuseHeld(world, deploying).then(() => []);
  const mixed = mixedWarning(parts);
  return {
    namespace,
    pair,
    from,
    to,
    deployments,
    container: container.value,
    image: wanted,
    previousImage,
    replicas: wantedReplicas,
    before,
    port,
    lease: view,
    warnings: [
      ...(isBack ? doubts : []),
      ...unknownHolds,
      ...permissions.warnings,
      ...image.warnings,
      ...inspection.warnings,
      ...around.warnings,
      ...room.warnings,
      ...tested.warnings,
      ...(mixed === undefined ? [] : [mixed]),
      ...ownership.warnings,
      ...templateDifferences(serving, idle, container.value).map((what) => ({
        what,
        remedy: 'See whether that is meant: only image and size of a colour are changed.',
      })),
      ...scaledOnlyBefore(autoscalers, serving, idle),
    ],
    notes: [
      `Layout: ${layoutText(layoutOf(parts))}, as blue-green needs it`,
      ...inspection.switches.map((each) => `switched: ${each}`),
      ...inspection.untouched.map((each) => `not touched: ${each}`),
    ],
  };
}

const begun = 'anything was written';

/** Going back asks for less than a deployment: its Role must not replace that one's. */
