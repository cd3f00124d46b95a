import { Lease, Service } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import { type Applied, isRoute, selectManifests } from '../../domain/rolling/manifest.ts';
import { stagePermissions } from '../../domain/rolling/permissions.ts';
import { isSame, parseWorkloadKind, refOf, type WorkloadRef } from '../../domain/rolling/workload-ref.ts';
import { deployment } from '../../domain/rolling/workloads/deployment.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { Permission } from '../../domain/rollout/permissions.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { type Pair, readPair } from '../layout.ts';
import { type Rights, rightsOf } from '../permissions.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { UpdatePlan } from './plan.ts';
import { readManifests } from './read-manifests.ts';

/** An object that is to change, as a manifest wants it and as it is. */
export interface Found {
  readonly ref: ObjectRef;
  readonly workload: WorkloadRef | undefined;
  readonly manifest: Applied | undefined;
  /** `undefined`: it is not there, or may not be read; then a permission is missing. */
  readonly present: KubernetesObject | undefined;
}

export interface Survey extends Rights {
  readonly namespace: string;
  /** In the order in which they are written. */
  readonly found: readonly Found[];
  readonly skipped: readonly string[];
  readonly problems: readonly Problem[];
  readonly lease: LeaseView | undefined;
  readonly service: KubernetesObject | undefined;
  /** What blue-green would have in the place of a Deployment that is not there, by its name. */
  readonly pairs: ReadonlyMap<string, Pair>;
}

/** Reads everything that a rolling update looks at. Throws CLUSTER_UNREACHABLE or CLUSTER_UNAUTHORISED: then nothing else could be known. */
export async function survey(world: World, plan: UpdatePlan): Promise<Survey> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const manifests = await readManifests(world, plan.manifests);
  const versions = [...new Set(manifests.map(({ object }) => object.apiVersion))];
  const kinds = (await Promise.all(versions.map((version) => world.discovery.kinds(version)))).flat();
  const selection = selectManifests(manifests, kinds, namespace);
  const fromManifests = selection.applied.map((manifest) => ({ manifest, ref: manifest.ref, workload: workloadOf(manifest.ref) }));
  const brought = fromManifests.flatMap(({ workload }) => (workload === undefined ? [] : [workload]));
  const wished = plan.workloads ?? (brought.length > 0 ? [] : [{ of: deployment, name: plan.service }]);
  const running = wished.filter((ref) => !brought.some((other) => isSame(ref, other)));
  const targets = [
    ...fromManifests.filter(({ workload }) => workload === undefined),
    ...inOrder(
      [
        ...fromManifests.filter(({ workload }) => workload !== undefined),
        ...running.map((workload) => ({ manifest: undefined, ref: refOf(workload, namespace), workload })),
      ],
      plan.workloads,
    ),
  ];
  const [lease, service, ...presents] = await Promise.all([
    unlessForbidden(world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) }), undefined),
    plan.smoke.length > 0 && plan.port === undefined
      ? unlessForbidden(world.cluster.get({ kind: Service, namespace, name: plan.service }), undefined)
      : undefined,
    ...targets.map(({ ref }) => unlessForbidden(world.cluster.get(ref), undefined)),
  ]);
  const all = targets.map((target, index) => ({ ...target, present: presents[index] }));
  const left = all.filter(({ ref, manifest, present }) => manifest !== undefined && present !== undefined && isRoute(ref));
  const found = all.filter((each) => !left.includes(each));
  return {
    namespace,
    found,
    skipped: [
      ...selection.skipped,
      ...left.map(
        ({ ref, manifest }) =>
          `${ref.kind.kind} ${ref.name} (${manifest?.from}): it is there already, and what moves traffic is moved by canary and blue-green.`,
      ),
    ],
    problems: selection.problems,
    ...(await rightsOf(world, wantedPermissions(plan, namespace, found))),
    lease: lease === undefined ? undefined : readLease(lease),
    service,
    pairs: await pairsFor(world, namespace, found),
  };
}

/** Asked for only where something is missing: a rolling update asks the cluster as little as it can. */
async function pairsFor(world: World, namespace: string, found: readonly Found[]): Promise<ReadonlyMap<string, Pair>> {
  const missing = found.filter(({ workload, manifest, present }) => workload?.of === deployment && manifest === undefined && !present);
  return new Map(await Promise.all(missing.map(async ({ ref: { name } }) => [name, await readPair(world, namespace, name)] as const)));
}

/** Workloads are rolled out in the order in which they are named; what is not named comes after. */
function inOrder<T extends { readonly workload: WorkloadRef | undefined }>(
  targets: readonly T[],
  named: readonly WorkloadRef[] | undefined,
): readonly T[] {
  const place = ({ workload }: T): number => {
    const index = (named ?? []).findIndex((ref) => workload !== undefined && isSame(ref, workload));
    return index < 0 ? Number.MAX_SAFE_INTEGER : index;
  };
  return targets.toSorted((one, other) => place(one) - place(other));
}

function workloadOf(ref: ObjectRef): WorkloadRef | undefined {
  const of = parseWorkloadKind(ref.kind.kind);
  return of.ok && of.value.kind.apiVersion === ref.kind.apiVersion ? { of: of.value, name: ref.name } : undefined;
}

const wantedPermissions = (plan: UpdatePlan, namespace: string, found: readonly Found[]): readonly Permission[] =>
  stagePermissions({
    service: plan.service,
    namespace,
    workloads: found.flatMap(({ workload }) => (workload === undefined ? [] : [workload])),
    applied: found.flatMap(({ manifest, ref, present }) => (manifest === undefined ? [] : [{ ref, isNew: present === undefined }])),
    reads: false,
    journal: true,
    portForward: plan.smoke.length > 0,
  });
