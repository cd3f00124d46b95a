import type { JudgedGate } from '../../domain/gates/pipeline.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { withImage } from '../../domain/manifests/release.ts';
import type { EvidenceRecord } from '../../domain/rollout/evidence-record.ts';
import { releaseOf, withReleases } from '../../domain/rollout/good-release.ts';
import type { StageHistory } from '../../domain/rollout/history.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import type { Ending } from '../../domain/rollout/state.ts';
import { highestShare } from '../../domain/traffic/weights/rule-shares.ts';
import { imageText } from '../../domain/units/image.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { endUnder, giveAway } from '../give-away.ts';
import type { Changes } from '../lineage/changes.ts';
import { whereItRuns } from '../signature.ts';
import type { Ground } from './ground.ts';
import { pruneCopies } from './manifests.ts';
import { passedBefore } from './passed-before.ts';
import type { CanaryPlan } from './plan.ts';
import type { CanaryResult, Outcome } from './result.ts';
import type { Session } from './session.ts';

/** The last words in the Lease: what a later `promote` or rollback asks for, and the lock given away. An unknown ending keeps it, for its successor. */
export async function settle(session: Session, ending: Ending, lease: 'given-away' | 'kept' = 'given-away'): Promise<void> {
  const { world, ground, lock } = session;
  await session.telling;
  if (ending.outcome === 'unknown') return;
  const now = world.clock.now().toISOString();
  const run = whereItRuns(world);
  await (lease === 'kept' ? endUnder : giveAway)(world, lock, async () => ({
    ...(await settledTemplate(session, ending)),
    ended: { epoch: lock.epoch, outcome: ending.outcome, text: endText(ending).slice(0, 500), run, at: now },
    ...(ending.outcome === 'analysed' || ending.outcome === 'promoted' ? { evidence: evidenceOf(ground, run, now) } : {}),
    ...(ending.outcome === 'promoted' ? { lastKnownGood: ground.image, ...released(session, run, now) } : {}),
  }));
}

const evidenceOf = ({ image, previousImage, next }: Ground, run: string, at: string): EvidenceRecord => ({
  image,
  run,
  at,
  ...(next === undefined ? {} : { template: next.fingerprint }),
  previousImage,
});

/** What a later rollback can lead to. */
function released(session: Session, run: string, at: string): Pick<LeaseChange, 'releases'> {
  const { world, plan, ground, lock } = session;
  const template = withImage(deploymentSpec(ground.wanted).template ?? {}, ground.container, ground.image);
  const release = releaseOf(`Deployment/${plan.stableDeployment}`, template, { run, at, who: world.run.actor, commit: world.run.commit });
  return { releases: withReleases(passedBefore(session).releases ?? lock.found?.releases ?? [], [release]) };
}

/** The way back is not needed any more, and with it the copies that nothing else uses. A pause still needs both. */
async function settledTemplate(session: Session, { outcome }: Ending): Promise<LeaseChange> {
  const { copies, undo } = session.template;
  if (outcome === 'paused' || (undo === undefined && copies.length === 0)) return {};
  try {
    return { template: { copies: await pruneCopies(session) } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    session.world.log.line(`  Copies of ConfigMaps and Secrets were left for the next run to take away: ${error.what}`);
    return { template: { copies } };
  }
}

function endText(ending: Ending): string {
  switch (ending.outcome) {
    case 'promoted':
      return 'Every stage passed, and stable runs the new image.';
    case 'analysed':
      return 'Every stage passed. Stable still runs the old image.';
    case 'paused':
      return 'The canary keeps its weight and waits for a person. The guardian takes it back when its deadline passes.';
    default:
      return ending.cause.text;
  }
}

interface Raw {
  readonly plan: CanaryPlan;
  readonly world: World;
  readonly started: string;
  readonly ground: Ground;
  readonly changes?: Changes | undefined;
  readonly lineage?: readonly string[];
  readonly gates?: readonly JudgedGate[];
}

type Ended =
  | { readonly outcome: Outcome; readonly reason: string }
  | { readonly session: Session; readonly ending: Ending; readonly stages: readonly StageHistory[] };

export function resultOf(raw: Raw & Ended): CanaryResult {
  const { plan, world, ground, started } = raw;
  const shared = {
    dryRun: plan.dryRun,
    namespace: ground.app.namespace,
    image: ground.image,
    previousImage: ground.previousImage,
    warnings: ground.warnings.map(briefText),
    notes: ground.notes,
    changes: raw.changes,
    lineage: raw.lineage ?? [],
    gates: raw.gates ?? [],
    started,
    ended: world.clock.now().toISOString(),
    run: world.run.page,
  };
  if (!('ending' in raw)) {
    return {
      ...shared,
      outcome: raw.outcome,
      code: undefined,
      reason: raw.reason,
      remedy: undefined,
      weight: ground.weightAtRest,
      stages: [],
      writes: [],
      smoke: [],
      notices: [],
    };
  }
  const { ending, session, stages } = raw;
  const cause = 'cause' in ending ? ending.cause : undefined;
  return {
    ...shared,
    outcome: ending.outcome,
    code: cause?.code,
    reason: endText(ending),
    remedy: cause?.remedy,
    weight: ending.outcome === 'unknown' || session.route === undefined ? undefined : highestShare(session.route.shares),
    stages,
    writes: session.writes,
    smoke: session.smoke,
    notices: session.notices,
    warnings: [...shared.warnings, ...session.remarks],
  };
}

/** Of a run that found something newer: nothing was looked at beyond that. */
export const supersededResult = ({ plan, world, started, gates = [] }: Omit<Raw, 'ground'>, reason: string): CanaryResult => ({
  outcome: 'superseded',
  dryRun: plan.dryRun,
  code: undefined,
  reason,
  remedy: undefined,
  namespace: plan.namespace ?? world.defaultNamespace,
  image: plan.image === undefined ? '' : imageText(plan.image),
  previousImage: '',
  weight: undefined,
  stages: [],
  writes: [],
  smoke: [],
  notices: [],
  warnings: [],
  notes: [],
  changes: undefined,
  lineage: [],
  gates,
  started,
  ended: world.clock.now().toISOString(),
  run: world.run.page,
});
