import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { RollbackRecord } from '../../domain/rollback/record.ts';
import { workloadName } from '../../domain/rolling/workload-ref.ts';
import { digestIn } from '../../domain/rollout/hold.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { holdImages, takenBackBy } from '../hold-images.ts';
import { whereItRuns, whoActs } from '../signature.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { operation, type Target } from './operate-change.ts';
import type { OperationPlan } from './plan.ts';

/** A workload that goes back, and what it will be. */
interface Undoing {
  readonly target: Target;
  readonly after: KubernetesObject;
  /** In words: `revision 6`. */
  readonly to: string;
}

export interface Undone {
  readonly warnings: readonly string[];
  /** What the Lease says of it when it is given away. */
  readonly last: Pick<LeaseChange, 'rollback'>;
}

/** What a person takes back by `undo` is held, before anything is written: otherwise a re-run brings it again at once. */
export async function holdUndone(
  world: World,
  plan: OperationPlan,
  namespace: string,
  targets: readonly Target[],
  lock: Lock,
): Promise<Undone> {
  const results = targets.map((target) => ({ target, result: operation(world, plan, target) }));
  // One that is refused keeps all others from being written.
  if (results.some(({ result }) => result.is === 'refused')) return { warnings: [], last: {} };
  const going = results.flatMap(({ target, result }): readonly Undoing[] =>
    result.is === 'changed' ? [{ target, after: result.object, to: result.to ?? result.said }] : [],
  );
  if (going.length === 0) return { warnings: [], last: {} };
  const images = going.flatMap(({ target, after }) => takenBackBy(templateOf(target.workload), templateOf(after)));
  const { holds, warnings } = holdImages({
    holds: lock.found?.holds ?? { list: [], unreadable: false },
    images,
    wanted: going.flatMap(({ after }) => Object.values(imagesOf(templateOf(after))).map(digestIn)),
    pods: images.every((image) => digestIn(image) !== undefined) ? [] : await podsOf(world, namespace, going),
    hold: {
      environment: environmentOf(plan, namespace),
      ...signed(world),
      why: why(going),
      at: world.clock.now().toISOString(),
      by: 'rollback',
    },
  });
  if (!holds.unreadable && images.length > 0) await lock.record({ holds: holds.list });
  const rollback = recordOf(world, going);
  return { warnings, last: rollback === undefined ? {} : { rollback } };
}

const signed = (world: World) => ({ who: whoActs(world), run: whereItRuns(world) });
const why = (going: readonly Undoing[]): string =>
  `\`operation: undo\` of actions/stage: ${going.map(({ target, to }) => `${workloadName(target.ref)} to ${to}`).join(', ')}`;

/** They say the digest behind a tag; who may not read them holds by what is written. */
async function podsOf(world: World, namespace: string, going: readonly Undoing[]): Promise<readonly KubernetesObject[]> {
  const lists = await Promise.all(going.map(({ target }) => unlessForbidden(podsOfWorkload(world, namespace, target.workload), [])));
  return lists.flat();
}

/** A record is of one Deployment. It says what was done: an undo is one write, and leaves nothing half done. */
function recordOf(world: World, going: readonly Undoing[]): RollbackRecord | undefined {
  const [only] = going;
  if (only === undefined || going.length > 1 || only.target.workload.kind !== 'Deployment') return undefined;
  const { target, after } = only;
  return {
    phase: 'resting',
    deployment: target.ref.name,
    to: only.to,
    images: imagesOf(templateOf(after)),
    from: imagesOf(templateOf(target.workload)),
    ...signed(world),
    why: why(going),
    since: world.clock.now().toISOString(),
  };
}
