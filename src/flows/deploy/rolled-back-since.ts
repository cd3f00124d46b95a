import { Lease } from '../../domain/kubernetes/kinds.ts';
import { type Cause, rolledBackElsewhere } from '../../domain/rollout/cause.ts';
import { type Hold, holdOfImage, holdText } from '../../domain/rollout/hold.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import { causeOf } from '../cause-of.ts';
import { patiently } from '../patiently.ts';
import { sideBySide } from '../side-by-side.ts';
import { imagesIn } from '../stage/ground.ts';
import type { ClusterRun } from './cluster-run.ts';
import { knowingObjects } from './known-objects.ts';
import type { PartRun } from './part-run.ts';
import type { DeployPlan } from './plan.ts';

/**
 * Per cluster, whether somebody took back, where it is ready, what this release is about to bring to the next. A lock that this run holds tells
 * of it at once; what was there already, and with `stop` what is done, has none. One list a cluster. What cannot be read is a cause too:
 * nothing goes on upon a wave of which nobody knows how it stands.
 */
export async function rolledBackSince(
  plan: DeployPlan,
  runs: readonly ClusterRun[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Cause>> {
  const found = await sideBySide(runs, plan.clustersAtOnce, async (run) => ({ run, cause: await inCluster(plan, run, signal) }));
  return new Map(found.flatMap(({ run, cause }) => (cause === undefined ? [] : [[run.target.name, cause] as const])));
}

async function inCluster(
  plan: DeployPlan,
  { target: { world, namespace }, parts }: ClusterRun,
  signal: AbortSignal,
): Promise<Cause | undefined> {
  try {
    return await patiently(world, { seconds: plan.rolloutTimeout, signal }, async () => {
      const cluster = knowingObjects(world.cluster, namespace);
      for (const part of parts) {
        const object = await cluster.get({ kind: Lease, namespace, name: leaseName(part.name) }, signal);
        const what = object === undefined ? undefined : takenBack(part, readLease(object));
        if (what !== undefined) return rolledBackElsewhere(`${part.name}: ${what}`);
      }
      return undefined;
    });
  } catch (error) {
    // Cancelled: that is the cause by now, and this look has no more to say.
    if (signal.aborted) return undefined;
    if (error instanceof Failure) return causeOf(error);
    throw error;
  }
}

/** Only what is new since the preflight, which looked at the older holds with what the registry says is behind a tag. */
function takenBack({ ground }: PartRun, { holds, rollback }: LeaseView): string | undefined {
  if (holds?.unreadable === true) return 'The annotation wf-deploy.io/holds of its Lease cannot be read any more.';
  const known = ground.lease?.holds?.list ?? [];
  const isNew = ({ digest, at }: Hold): boolean => !known.some((each) => each.digest === digest && each.at === at);
  const since = { list: (holds?.list ?? []).filter(isNew), unreadable: false };
  const { images } = imagesIn(ground.steps);
  for (const image of images) {
    const hold = holdOfImage(since, image, undefined);
    if (hold !== undefined) return holdText(hold);
  }
  const before = ground.lease?.rollback;
  if (rollback === undefined || (before?.since === rollback.since && before.run === rollback.run)) return undefined;
  return `${shown(rollback.who)} rolled it back to ${shown(rollback.to)} at ${shown(rollback.since, 40)}${rollback.why === '' ? '' : ` (${shown(rollback.why, 300)})`}. Run: ${shown(rollback.run, 300)}`;
}
