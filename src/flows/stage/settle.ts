import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { RollingEnding } from '../../domain/rolling/rolling.ts';
import { releaseOf, withReleases } from '../../domain/rollout/good-release.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { endUnder, giveAway } from '../give-away.ts';
import type { Changes } from '../lineage/changes.ts';
import { deployedNow } from '../lineage/order.ts';
import { whereItRuns } from '../signature.ts';
import { emptyGround, imagesIn, type StageGround, type Step } from './ground.ts';
import { lastWords } from './keep-journal.ts';
import type { UpdatePlan } from './plan.ts';
import type { ChangedObject, UpdateResult } from './result.ts';
import type { Session } from './session.ts';

/**
 * The last words in the Lease, and the lock given away. An unknown ending keeps journal and record for its successor. A good one stands from
 * here on, whatever becomes of the words: the `post` step is told first.
 */
export async function settle(session: Session, ending: RollingEnding, lease: 'given-away' | 'kept' = 'given-away'): Promise<void> {
  const { world, plan, ground, lock } = session;
  if (ending.outcome === 'unknown') return;
  if (ending.outcome === 'promoted') world.handover.save({ decision: 'keep' });
  await (lease === 'kept' ? endUnder : giveAway)(world, lock, async () => {
    const place = { service: plan.service, namespace: ground.namespace };
    return await lastWords(world, lock, place, wordsOf(session, ending), plan.leaseDuration);
  });
}

function wordsOf(session: Session, ending: RollingEnding): LeaseChange {
  const { world, plan, ground, lock, journal } = session;
  const images = [...new Set(ground.steps.flatMap(({ change }) => Object.values(change.workload?.images ?? {})))];
  const [image] = images;
  const deployed = deployedNow(world, plan.lineage, imagesIn(ground.steps).images, lock.found?.deployed);
  const run = whereItRuns(world);
  const at = world.clock.now().toISOString();
  const text = 'cause' in ending ? ending.cause.text : doneText;
  return {
    rolling: { phase: 'resting', key: journal.key, run, since: at },
    ended: { epoch: lock.epoch, outcome: ending.outcome, text: text.slice(0, 500), run, at },
    ...(ending.outcome === 'promoted' && image !== undefined && images.length === 1 ? { lastKnownGood: image } : {}),
    ...(ending.outcome === 'promoted' ? released(session, run, at) : {}),
    ...(ending.outcome === 'promoted' && deployed !== undefined ? { deployed } : {}),
  };
}

/** What a later rollback can lead to. */
function released({ world, ground, lock }: Session, run: string, at: string): Pick<LeaseChange, 'releases'> {
  const { actor: who, commit } = world.run;
  const added = ground.steps.flatMap(({ workload, after }) =>
    workload === undefined ? [] : [releaseOf(`${workload.of.kind.kind}/${workload.name}`, templateOf(after), { run, at, who, commit })],
  );
  return added.length === 0 ? {} : { releases: withReleases(lock.found?.releases ?? [], added) };
}

const doneText = 'Every workload is available with what was wanted.';

interface Raw {
  readonly plan: UpdatePlan;
  readonly world: World;
  readonly started: string;
  readonly changes?: Changes | undefined;
  readonly lineage?: readonly string[];
}

const shared = ({ plan, world, started, changes, lineage = [] }: Raw, ground: StageGround) => ({
  operation: 'deploy' as const,
  dryRun: plan.dryRun,
  namespace: ground.namespace,
  objects: ground.steps.map(changedObject),
  skipped: ground.skipped,
  notes: ground.notes,
  changes,
  lineage,
  started,
  ended: world.clock.now().toISOString(),
  run: world.run.page,
});

const warningsOf = ({ warnings }: StageGround): readonly string[] => warnings.map(briefText);

/** Of a run that wrote nothing. */
export const idleResult = (
  raw: Raw & { readonly ground: StageGround; readonly outcome: 'promoted' | 'superseded' | 'not-started'; readonly reason: string },
): UpdateResult => ({
  ...shared(raw, raw.ground),
  outcome: raw.outcome,
  code: undefined,
  reason: raw.reason,
  remedy: undefined,
  warnings: warningsOf(raw.ground),
  writes: [],
  smoke: [],
  left: [],
  notices: [],
});

export function endedResult(raw: Raw & { readonly session: Session; readonly ending: RollingEnding }): UpdateResult {
  const { session, ending } = raw;
  const cause = 'cause' in ending ? ending.cause : undefined;
  const drift = session.drifts.length === 0 ? '' : ` ${session.drifts.join(' ')}`;
  return {
    ...shared(raw, session.ground),
    // What others changed in the middle is theirs, and nobody here can say how the service stands.
    outcome: session.drifts.length > 0 ? 'unknown' : ending.outcome,
    code: cause?.code,
    reason: `${cause?.text ?? doneText}${drift}`,
    remedy: cause?.remedy,
    warnings: warningsOf(session.ground),
    writes: session.writes,
    smoke: session.smoke,
    left: session.left,
    notices: session.notices,
  };
}

/** Of a run that found something newer: nothing was looked at beyond that. */
export const supersededResult = (raw: Raw, reason: string): UpdateResult =>
  idleResult({ ...raw, ground: emptyGround(raw.plan.namespace ?? raw.world.defaultNamespace), outcome: 'superseded', reason });

function changedObject({ change, workload, present, after, changes, lines, waits }: Step): ChangedObject {
  const images =
    workload === undefined
      ? undefined
      : { before: present === undefined ? {} : imagesOf(templateOf(present)), wanted: imagesOf(templateOf(after)) };
  return {
    kind: change.ref.kind.kind,
    name: change.ref.name,
    ...(images === undefined ? {} : { images }),
    changes: changes ? lines : [],
    waitedFor: waits,
  };
}
