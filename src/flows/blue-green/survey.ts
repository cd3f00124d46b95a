import { blueGreenPermissions } from '../../domain/blue-green/permissions.ts';
import { Deployment, Lease, ResourceQuota, Service } from '../../domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import { type Colour, colouredName } from '../../domain/rollout/layout.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { Permission } from '../../domain/rollout/permissions.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { type Rights, rightsOf } from '../permissions.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { BlueGreenWish } from './plan.ts';
import { type Around, routesAround } from './routes-around.ts';

/**
 * Everything the preflight reads before it is known who has the users. What may not be read is missing here and shows up among the denied
 * permissions.
 */
export interface Survey extends Rights {
  readonly namespace: string;
  readonly lease: LeaseView | undefined;
  /** What canary and rolling update would have in the place of the pair. */
  readonly one: KubernetesObject | undefined;
  readonly blue: KubernetesObject | undefined;
  readonly green: KubernetesObject | undefined;
  /** The Service of both colours: of the service's name, or the one that is switched. */
  readonly front: KubernetesObject | undefined;
  /** Read where each colour has a Service of its own. */
  readonly services: Readonly<Record<Colour, KubernetesObject | undefined>>;
  readonly route: KubernetesObject | undefined;
  readonly around: Around;
  /** `undefined`: they may not be read. */
  readonly quotas: readonly KubernetesObject[] | undefined;
}

/** What was read a moment before, and is not asked for again. What is missing here is. */
export type Seen = Partial<Pick<Survey, 'lease' | 'blue' | 'green' | 'route'>>;

/** Reads only. Throws CLUSTER_UNREACHABLE or CLUSTER_UNAUTHORISED: then nothing else could be known. */
export async function survey(world: World, plan: BlueGreenWish, seen: Seen = {}): Promise<Survey> {
  const { service, switcher, route: routeName } = plan;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const get = (kind: Kind, name: string) => unlessForbidden(world.cluster.get({ kind, namespace, name }), undefined);
  const named = switcher.ownServices;
  const [rights, lease, one, blue, green, front, blueService, greenService, route, around, quotas] = await Promise.all([
    rightsOf(world, wantedPermissions(plan, namespace)),
    seen.lease ?? get(Lease, leaseName(service)).then((found) => found && readLease(found)),
    get(Deployment, service),
    seen.blue ?? get(Deployment, colouredName(service, 'blue')),
    seen.green ?? get(Deployment, colouredName(service, 'green')),
    get(Service, named ? service : routeName),
    named ? get(Service, colouredName(service, 'blue')) : undefined,
    named ? get(Service, colouredName(service, 'green')) : undefined,
    seen.route ?? get(switcher.kind, routeName),
    routesAround(world, switcher, { namespace, name: routeName }),
    unlessForbidden(world.cluster.list(ResourceQuota, namespace), undefined),
  ]);
  const services = { blue: blueService, green: greenService };
  return { ...rights, namespace, lease, one, blue, green, front, services, route, around, quotas };
}

const wantedPermissions = (plan: BlueGreenWish, namespace: string): readonly Permission[] =>
  blueGreenPermissions({
    service: plan.service,
    namespace,
    switcher: plan.switcher,
    route: plan.route,
    removes: !plan.keepOld,
    back: plan.operation === 'rollback',
    asks: plan.operation === 'deploy',
    metricsService: plan.operation === 'deploy' ? plan.measure?.metricsService : undefined,
  });
