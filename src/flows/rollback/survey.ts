import { ConfigMap, Lease, Pod, ReplicaSet, Secret } from '../../domain/kubernetes/kinds.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { type Revision, revisionsOf } from '../../domain/kubernetes/revision.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { settingsOf } from '../../domain/manifests/references.ts';
import { refOf, type WorkloadRef } from '../../domain/rolling/workload-ref.ts';
import { deployment } from '../../domain/rolling/workloads/deployment.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import { type ImageRef, parseImage } from '../../domain/units/image.ts';
import { Failure } from '../../failure.ts';
import type { Resolution } from '../../ports/registry.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { podLabelsOf } from '../canary/survey.ts';
import { unlessFailed, unlessForbidden } from '../unless-forbidden.ts';
import type { BackPlan, RollbackPlan } from './plan.ts';

export const namespaceOf = (world: Pick<World, 'defaultNamespace'>, { namespace }: RollbackPlan): string =>
  namespace ?? world.defaultNamespace;

export const leaseRef = (world: Pick<World, 'defaultNamespace'>, plan: RollbackPlan): ObjectRef => ({
  kind: Lease,
  namespace: namespaceOf(world, plan),
  name: leaseName(plan.service),
});

export async function leaseNow(world: World, plan: RollbackPlan): Promise<LeaseView | undefined> {
  const object = await world.cluster.get(leaseRef(world, plan));
  return object === undefined ? undefined : readLease(object);
}

export const workloadRefOf = ({ stableDeployment }: BackPlan): WorkloadRef => ({ of: deployment, name: stableDeployment });
export const stableRefOf = (world: Pick<World, 'defaultNamespace'>, plan: BackPlan): ObjectRef =>
  refOf(workloadRefOf(plan), namespaceOf(world, plan));

/** What serves users now, and what it was before. */
export interface Standing {
  readonly workload: KubernetesObject;
  /** Newest first. */
  readonly revisions: readonly Revision[];
  /** Empty where they may not be read. */
  readonly pods: readonly KubernetesObject[];
}

export async function standingOf(world: World, plan: BackPlan): Promise<Standing> {
  const namespace = namespaceOf(world, plan);
  const ref = stableRefOf(world, plan);
  const workload = await world.cluster.get(ref);
  if (workload === undefined) {
    throw new Failure(
      'PREFLIGHT_FAILED',
      `${nameOf(ref)} is not there.`,
      'Check `namespace`, `service` and `stable-deployment`. A service in two colours goes back by `operation: rollback` of actions/blue-green.',
    );
  }
  const labels = podLabelsOf(workload);
  const [keepers, pods] = await Promise.all([
    world.cluster.list(ReplicaSet, namespace, { labels }),
    unlessForbidden(world.cluster.list(Pod, namespace, { labels }), []),
  ]);
  return { workload, revisions: revisionsOf(workload, keepers), pods };
}

/** Seconds. The way back waits for no registry. */
const registryPatience = 2;

export async function askRegistry(world: World, image: ImageRef): Promise<Resolution> {
  const late = new AbortController();
  const answered = world.registry.resolve(image, late.signal);
  const silence = world.clock
    .sleep(registryPatience, late.signal)
    .then((): Resolution => ({ is: 'not-checked', reason: `no answer within ${registryPatience} s` }));
  const answer = await Promise.race([answered, silence]);
  late.abort();
  return answer;
}

export async function askAboutText(world: World, text: string): Promise<Resolution> {
  const image = parseImage(text);
  return image.ok ? await askRegistry(world, image.value) : { is: 'not-checked', reason: image.problem };
}

const kinds = { ConfigMap, Secret } as const;

/** ConfigMaps and Secrets that a template names and that are not there. One that may not be read is taken to be there. */
export async function missingSettings(world: World, namespace: string, template: PodTemplate): Promise<readonly string[]> {
  const found = await Promise.all(
    settingsOf(template).map(async ({ kind, name }) => {
      const reading = world.cluster.get({ kind: kinds[kind], namespace, name });
      const there = await unlessFailed(
        reading.then((object) => object !== undefined),
        true,
      );
      return there ? undefined : `${kind} ${name}`;
    }),
  );
  return found.filter((each) => each !== undefined);
}
