import { differenceLines } from '../../domain/kubernetes/difference-lines.ts';
import { type FieldConflict, fieldConflictsBehind } from '../../domain/kubernetes/field-conflict.ts';
import { ourManager } from '../../domain/kubernetes/managers.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { type Change, isRenewed, wanted } from '../../domain/rolling/change.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Step } from './ground.ts';

export type Rehearsed =
  | { readonly is: 'ready'; readonly step: Omit<Step, 'workload' | 'waits'>; readonly notes: readonly string[] }
  | { readonly is: 'refused'; readonly problem: Problem };

/**
 * A change as a dry run on the API server: what would be stored, and whatever speaks against it: an admission rule, a field that is
 * somebody else's, a schema. Nothing is written.
 */
export async function rehearse(
  world: World,
  change: Change,
  present: KubernetesObject | undefined,
  conflicts: 'refuse' | 'force',
): Promise<Rehearsed> {
  try {
    const tried = change.do === 'edit' ? await tryEdit(world, change, present) : await tryApply(world, change, present, conflicts);
    if ('problem' in tried) return { is: 'refused', problem: tried.problem };
    const { after, force, notes } = tried;
    const renewed = tried.change.workload !== undefined && isRenewed(present, after);
    const lines = present === undefined ? ['is made new'] : differenceLines(present, after);
    return {
      is: 'ready',
      notes,
      step: {
        change: tried.change,
        force,
        present,
        after,
        renewed,
        changes: lines.length > 0,
        lines,
      },
    };
  } catch (error) {
    if (
      !(error instanceof Failure) ||
      !['CLUSTER_REFUSED', 'CLUSTER_NOT_FOUND', 'CLUSTER_FORBIDDEN', 'CLUSTER_CONFLICT'].includes(error.code)
    )
      throw error;
    return { is: 'refused', problem: { what: error.what, remedy: error.remedy } };
  }
}

interface Tried {
  readonly change: Change;
  readonly after: KubernetesObject;
  readonly force: boolean;
  readonly notes: readonly string[];
}

async function tryEdit(world: World, change: Extract<Change, { do: 'edit' }>, present: KubernetesObject | undefined): Promise<Tried> {
  const object = wanted(change, present, false);
  const { resourceVersion: _, ...metadata } = object.metadata;
  // Its status is written all the time: a rehearsal need not be about the very version that was read.
  const after = await world.cluster.write({ do: 'replace', ref: change.ref, object: { ...object, metadata }, dryRun: true });
  return { change, after, force: false, notes: [] };
}

async function tryApply(
  world: World,
  change: Extract<Change, { do: 'apply' }>,
  present: KubernetesObject | undefined,
  conflicts: 'refuse' | 'force',
): Promise<Tried | { readonly problem: Problem }> {
  const dryRun = (tried: Change, force: boolean): Promise<KubernetesObject> =>
    world.cluster.write({ do: 'apply', ref: change.ref, object: wanted(tried, present, false), force, dryRun: true });
  const first = await dryRun(change, false).catch(conflictsOf);
  if (!isConflict(first)) return { change, after: first, force: false, notes: [] };
  const scaled = first.filter(isScale);
  const foreign = first.filter((each) => !isScale(each) && each.manager !== ourManager);
  if (foreign.length > 0 && conflicts === 'refuse') return { problem: conflictProblem(change, foreign) };
  const tried = scaled.length > 0 ? unsized(change) : change;
  return {
    change: tried,
    after: await dryRun(tried, true),
    force: true,
    notes: [
      ...scaled.map(({ manager }) => `${nameOf(change.ref)}: spec.replicas is left to \`${shown(manager, 80)}\`, which scales it.`),
      ...foreign.map(({ manager, field }) => `${nameOf(change.ref)}: ${shown(field, 200)} is taken from \`${shown(manager, 80)}\`.`),
    ],
  };
}

function conflictsOf(error: unknown): readonly FieldConflict[] {
  const conflicts = fieldConflictsBehind(error);
  if (conflicts.length === 0) throw error;
  return conflicts;
}

const isConflict = (answer: KubernetesObject | readonly FieldConflict[]): answer is readonly FieldConflict[] => Array.isArray(answer);

/** An autoscaler changes the size through a subresource of its own. */
const isScale = ({ field, subresource }: FieldConflict): boolean => field === '.spec.replicas' && subresource === 'scale';

function unsized(change: Extract<Change, { do: 'apply' }>): Change {
  const { replicas: _, ...spec } = change.manifest['spec'] as Readonly<Record<string, unknown>>;
  return { ...change, manifest: { ...change.manifest, spec } };
}

const conflictProblem = ({ ref }: Change, conflicts: readonly FieldConflict[]): Problem => ({
  what: `${nameOf(ref)} has fields that others set: ${conflicts
    .slice(0, 10)
    .map(({ manager, field }) => `${shown(field, 200)} (\`${shown(manager, 80)}\`)`)
    .join(', ')}${conflicts.length > 10 ? ` and ${conflicts.length - 10} more` : ''}.`,
  remedy: 'Take these fields out of the manifest, or set `conflicts: force` to take them over once and for all.',
});
