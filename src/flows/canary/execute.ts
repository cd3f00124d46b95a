import { begin } from '../../domain/rollout/begin.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { isTidy } from '../../domain/rollout/left-behind.ts';
import { warningText } from '../../domain/rollout/problem.ts';
import { count } from '../../domain/units/count.ts';
import { stageText } from '../../domain/units/stages.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import { isAsChecked, type Lock } from '../held-lock.ts';
import { changeLines, changesOf } from '../lineage/changes.ts';
import { commitOf, deployedBefore, deployedNow, type OrderCheck, orderCheck } from '../lineage/order.ts';
import { requireStaged } from '../lineage/staging.ts';
import { lockOfRun } from '../lock-of-run.ts';
import { releasing } from '../releasing.ts';
import { unfinishedRolling, unfinishedSwitch, unreadableSwitch } from '../unfinished.ts';
import { dismissLeftGuardian } from './dismiss-guardian.ts';
import { drive } from './drive.ts';
import { gateLine, passedGates } from './gates.ts';
import { type Ground, rolloutPlanOf } from './ground.ts';
import { recordAsFound, recordEnding } from './lineage.ts';
import { runsAlready } from './manifest-preflight.ts';
import { open } from './open.ts';
import { refuseOtherRoute } from './other-route.ts';
import type { CanaryPlan } from './plan.ts';
import { preflight } from './preflight.ts';
import type { CanaryResult } from './result.ts';
import { resultOf, settle, supersededResult } from './settle.ts';
import { takeBackBeforeRefusing, takeBackSuperseded } from './take-back-held.ts';

interface Run {
  readonly plan: CanaryPlan;
  readonly world: World;
  readonly gates: ReturnType<typeof passedGates>;
  /** ISO 8601. */
  readonly started: string;
  readonly mayBegin: (found: LeaseView | undefined) => void;
}

/**
 * Preflight, lock, rollout, release. Throws only while nothing has been written. `mayBegin` throws under the lock where what this run was
 * decided on is no longer so.
 */
export async function executeCanary(plan: CanaryPlan, world: World, mayBegin: Run['mayBegin'] = () => undefined): Promise<CanaryResult> {
  const run = { plan, world, started: world.clock.now().toISOString(), mayBegin };
  const result = await rolledOutOrTakenBack(run);
  return result.outcome === 'superseded' ? await takeBackSuperseded(run, result) : result;
}

async function rolledOutOrTakenBack(run: Omit<Run, 'gates'>): Promise<CanaryResult> {
  try {
    return await rollOut({ ...run, gates: passedGates(run.plan) });
  } catch (error) {
    const takenBack = await takeBackBeforeRefusing(run, error);
    if (takenBack === undefined) throw error;
    return takenBack;
  }
}

async function rollOut(run: Run): Promise<CanaryResult> {
  const { plan, world, gates } = run;
  const order = orderCheck(world, plan.lineage);
  const first = await order(await deployedBefore(world, plan.service, plan.namespace ?? world.defaultNamespace));
  if (first.is === 'superseded') return supersededResult(run, first.text);
  const checked = await preflight(world, plan);
  // Before the Lease changes hands: who keeps the deadline of a pause goes on keeping it.
  if (checked.lease?.holder === '') refuseOtherRoute(plan, checked.app.namespace, checked.lease.rollout);
  const changes = await changesOf(world, plan.lineage, checked.lease?.deployed, [checked.previousImage]);
  tellPlan(world, plan, checked, [...gates.map(gateLine), ...changeLines(changes)]);
  const before = { ...run, changes };
  const there = alreadyThere(checked);
  const staging = there ? [] : await requireStaged(world, plan.service, plan.lineage, [checked.image]);
  if (plan.dryRun)
    return resultOf({
      ...before,
      ground: checked,
      lineage: staging,
      outcome: 'not-started',
      reason: 'A dry run: everything was checked and nothing was written.',
    });
  const idle = { outcome: 'promoted', reason: 'Stable runs this image already: nothing had to be done.' } as const;
  const commit = world.forge === undefined ? undefined : commitOf(world, plan.lineage);
  if (there && isTidy(checked.lease) && (commit === undefined || commit === checked.lease?.deployed?.newest))
    return resultOf({ ...before, ground: checked, ...idle, lineage: await recordAsFound(world, plan, checked) });
  const taken = await lockAndCheckAgain(run, checked, order);
  if ('superseded' in taken) return supersededResult(run, taken.superseded);
  const { lock, ground, note } = taken;
  const notes = [...staging, ...(note === undefined ? [] : [note])];
  try {
    if (there) {
      if (alreadyThere(ground)) {
        const deployed = deployedNow(world, plan.lineage, [ground.image]);
        await releasing(world, lock, () => dismissLeftGuardian({ world, lock }, plan, ground.app.namespace));
        await giveAway(world, lock, deployed === undefined ? {} : { deployed });
        return resultOf({ ...before, ground, ...idle, lineage: [...notes, ...(await recordAsFound(world, plan, ground))] });
      }
      notes.push(...(await releasing(world, lock, () => requireStaged(world, plan.service, plan.lineage, [ground.image]))));
    }
    const session = open(world, plan, ground, lock);
    const { ending, stages } = await drive(session, rolloutPlanOf(plan, ground), begin(foundIn(lock.found, ground)));
    await settle(session, ending);
    const lineage = [...notes, ...(await recordEnding(world, plan, ground, ending))];
    return resultOf({ ...before, ground, lineage, session, ending, stages });
  } finally {
    lock.stop();
  }
}

type Taken = { readonly lock: Lock; readonly ground: Ground; readonly note: string | undefined } | { readonly superseded: string };

async function lockAndCheckAgain({ world, plan, mayBegin }: Run, checked: Ground, order: OrderCheck): Promise<Taken> {
  const { service, namespace } = checked.app;
  const lock = await lockOfRun(world, plan, namespace);
  return await releasing(world, lock, async () => {
    mayBegin(lock.found);
    const found = await order(lock.found?.deployed);
    if (found.is === 'superseded') {
      await giveAway(world, lock);
      return { superseded: found.text };
    }
    refuseHalfDone(service, lock.found);
    refuseOtherRoute(plan, namespace, lock.found?.rollout);
    // Someone else may have been here since the preflight, or still is: what it found may no longer be so.
    return { lock, ground: isAsChecked(lock, checked.lease) ? checked : await preflight(world, plan), note: found.note };
  });
}

/** Only with the lock in hand is it known to be dead: a living one is waited for. */
function refuseHalfDone(service: string, lease: LeaseView | undefined): void {
  const us = lease?.holder ?? '';
  const [left] = [unfinishedRolling, unfinishedSwitch, unreadableSwitch].flatMap((unfinished) => unfinished({ service, lease, us }));
  if (left !== undefined) throw new Failure('PREFLIGHT_FAILED', left.what, left.remedy);
}

const foundIn = (lease: LeaseView | undefined, ground: Ground) =>
  ({
    phase: lease?.rollout?.phase ?? 'resting',
    sameImage: lease?.rollout?.image === ground.image && lease.template?.undo?.fingerprint === ground.next?.fingerprint,
    ...(lease?.rollout?.enough === undefined ? {} : { enough: lease.rollout.enough }),
  }) as const;

function alreadyThere({ image, previousImage, lease, weightAtRest, stable, next }: Ground): boolean {
  const atRest = (lease?.rollout?.phase ?? 'resting') === 'resting' && weightAtRest === 0;
  return atRest && image === previousImage && image.includes('@sha256:') && runsAlready(stable, next);
}

function tellPlan(
  { log }: World,
  plan: CanaryPlan,
  { app, image, previousImage, replicas, warnings, notes }: Ground,
  changes: readonly string[],
): void {
  log.line(`${plan.action} of ${app.namespace}/${app.service}`);
  log.line(`  image    ${image}`);
  log.line(`  replaces ${previousImage}`);
  log.line(
    `  stages   ${plan.stages.map(stageText).join(' ')}${plan.promote ? ', then stable gets the image' : ', then back to weight 0'}`,
  );
  log.line(`  stable   ${count(replicas, 'pod')}`);
  for (const each of [...changes, ...notes]) log.line(`  ${each}`);
  for (const warning of warnings) log.line(warningText(warning));
}
