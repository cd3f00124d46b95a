import type { Part } from '../../domain/fleet/part-order.ts';
import { releasePermissions } from '../../domain/fleet/permissions.ts';
import { unlisted } from '../../domain/fleet/unlisted.ts';
import { Namespace } from '../../domain/kubernetes/kinds.ts';
import { deployment } from '../../domain/rolling/workloads/deployment.ts';
import { statefulSet } from '../../domain/rolling/workloads/stateful-set.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { roleName } from '../../domain/rollout/role.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { permissionFindings, rightsOf } from '../permissions.ts';
import { sideBySide } from '../side-by-side.ts';
import type { StageGround } from '../stage/ground.ts';
import type { UpdatePlan } from '../stage/plan.ts';
import { preflight } from '../stage/preflight.ts';
import { isThere } from '../stage/update.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { knowingObjects } from './known-objects.ts';
import type { DeployPlan } from './plan.ts';
import type { ReleaseFile } from './release-file.ts';
import type { Target } from './target.ts';

/** One part in one cluster, as it is and as it will be. */
export interface PartGround {
  readonly part: Part;
  readonly plan: UpdatePlan;
  readonly ground: StageGround;
  /** It is as wanted already, and nothing was left half done: it is not touched. */
  readonly there: boolean;
}

export interface ClusterGround {
  readonly target: Target;
  readonly parts: readonly PartGround[];
  readonly warnings: readonly Problem[];
}

export type Looked = { readonly ground: ClusterGround } | { readonly target: Target; readonly problems: readonly Problem[] };

export interface WishedPart {
  readonly part: Part;
  readonly plan: UpdatePlan;
  readonly world: World;
}

/** Looks at one cluster, in the order of the release: reachable, namespace, then every part with a rehearsal of each write. Writes nothing. */
export async function lookAt(plan: DeployPlan, file: ReleaseFile, target: Target, wished: readonly WishedPart[]): Promise<Looked> {
  const { namespace } = target;
  const world = { ...target.world, cluster: knowingObjects(wished[0]?.world.cluster ?? target.world.cluster, namespace) };
  try {
    await world.cluster.version();
    const missing = await namespaceProblem(world, namespace);
    if (missing !== undefined) return { target, problems: [missing] };
    const results = await sideBySide(wished, plan.servicesAtOnce, (each) =>
      lookAtPart({ ...each, world: { ...each.world, cluster: world.cluster } }),
    );
    const parts = results.flatMap((each) => ('part' in each ? [each] : []));
    // A part that is in no order yet will change something once it is.
    const changes = results.some((each) => !('part' in each) || !each.there);
    const makesBackups = file.backup.by !== 'skip';
    const backup = changes && makesBackups && plan.skipBackup === undefined;
    const rights = await rightsOf(world, releasePermissions({ namespace, backup }));
    // The Role is for the releases to come too: where this one needs no backup, the next one may.
    const wanted = releasePermissions({ namespace, backup: makesBackups });
    const permissions = permissionFindings({ ...rights, wanted }, { name: roleName(file.name, 'release'), namespace });
    const problems = [
      ...permissions.problems,
      ...results.flatMap((each) => ('problem' in each ? [each.problem] : [])),
      ...parts.flatMap(workloadsAmongSettings),
      ...sharedWorkloads(parts),
    ];
    if (problems.length > 0) return { target, problems };
    const warnings = [...permissions.warnings, ...(await forgotten(world, namespace, file, parts)), ...parts.flatMap(warningsOf)];
    return { ground: { target, parts, warnings } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { target, problems: [{ what: error.what, remedy: error.remedy }] };
  }
}

async function namespaceProblem(world: World, namespace: string): Promise<Problem | undefined> {
  // An account for deployments need not be allowed to see it: then every other answer tells.
  const denied = Symbol('denied');
  const found = await unlessForbidden<unknown>(world.cluster.get({ kind: Namespace, namespace: '', name: namespace }), denied);
  if (found !== undefined) return undefined;
  return {
    what: `There is no namespace ${namespace}.`,
    remedy: `Make it (\`kubectl create namespace ${namespace}\`), or correct the name.`,
  };
}

async function lookAtPart({ part, plan, world }: WishedPart): Promise<PartGround | { readonly problem: Problem }> {
  try {
    const ground = await preflight(world, plan);
    return { part, plan, ground, there: isThere(ground) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Where nobody answers, no other part would say anything else.
    if (error.code === 'CLUSTER_UNREACHABLE' || error.code === 'CLUSTER_UNAUTHORISED') throw error;
    return { problem: { what: `${part.name}: ${error.what}`, remedy: error.remedy } };
  }
}

const workloadsAmongSettings = ({ part, ground }: PartGround): readonly Problem[] =>
  part.settings
    ? ground.steps.flatMap(({ workload, change }) =>
        workload === undefined
          ? []
          : [
              {
                what: `\`config\` holds ${change.ref.kind.kind} ${change.ref.name}: a workload is rolled out by a service, and waited for.`,
                remedy: 'Move its manifest into `manifests` of a service.',
              },
            ],
      )
    : [];

function sharedWorkloads(parts: readonly PartGround[]): readonly Problem[] {
  const owners = Map.groupBy(
    parts.flatMap(({ part, ground }) => ground.steps.map(({ change: { ref } }) => ({ part: part.name, ref }))),
    ({ ref }) => `${ref.kind.kind} ${ref.name}`,
  );
  return [...owners].flatMap(([object, found]) => {
    const names = [...new Set(found.map(({ part }) => `\`${part}\``))];
    return names.length < 2
      ? []
      : [{ what: `${object} is in ${names.join(' and ')}: two of them would write it.`, remedy: 'Leave it in one of them.' }];
  });
}

/** A service that is listed nowhere would never get a new version, and nobody would notice. */
async function forgotten(world: World, namespace: string, file: ReleaseFile, parts: readonly PartGround[]): Promise<readonly Problem[]> {
  const listed = parts.flatMap(({ ground }) => ground.steps.flatMap(({ workload }) => (workload === undefined ? [] : [workload])));
  const kinds = [deployment, statefulSet];
  const lists = await Promise.all(kinds.map(({ kind }) => unlessForbidden(world.cluster.list(kind, namespace), [])));
  const running = lists.flatMap((objects, index) =>
    objects.map((object) => ({ ref: { of: kinds[index] ?? deployment, name: object.metadata.name }, object })),
  );
  return unlisted(running, listed, file.leftAlone);
}

const warningsOf = ({ part, ground }: PartGround): readonly Problem[] =>
  // Without their YAML: a hundred services may lack the same right.
  ground.warnings.map(({ what, remedy }) => ({ what: `${part.name}: ${what}`, remedy: remedy.replace(/:$/, '.') }));
