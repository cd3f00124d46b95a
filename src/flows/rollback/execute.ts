import { differences } from '../../domain/kubernetes/difference.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { inFlight } from '../../domain/rollback/in-flight.ts';
import { isSameImages } from '../../domain/rollout/good-release.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { failureOf } from '../cause-of.ts';
import type { Report } from '../flow.ts';
import { giveAway } from '../give-away.ts';
import { isAsChecked, type Lock } from '../held-lock.ts';
import { lockOfRun } from '../lock-of-run.ts';
import { patiently } from '../patiently.ts';
import { inheritLock, postPatience } from '../successor.ts';
import { goBack, openSession, stoppedText, type WentBack } from './go-back.ts';
import { type Looked, look, openRollback } from './look.ts';
import { lookAgain } from './look-again.ts';
import type { BackPlan } from './plan.ts';
import { reportRollback } from './report.ts';
import type { BackResult } from './result.ts';
import type { Session } from './session.ts';
import { announce, reasonFor, type SettledResult, settle } from './settle.ts';
import { showPlan } from './show-plan.ts';
import { leaseNow, namespaceOf, stableRefOf } from './survey.ts';
import { rehearseTemplate } from './write-template.ts';

/** Looks, shows, takes the lock from whoever has it, goes back. Throws only while nothing has been written. */
export async function rollBack(plan: BackPlan, world: World): Promise<BackResult> {
  const started = world.clock.now().toISOString();
  const looked = await look(world, plan, await leaseNow(world, plan));
  showPlan(world, plan, looked);
  if (looked.target !== undefined && looked.flight === undefined)
    await rehearseTemplate(world, plan, looked.standing.workload, looked.target);
  const idle = (outcome: BackResult['outcome'], reason: string): BackResult => ({
    ...resultOf(world, plan, looked, started),
    outcome,
    reason,
  });
  if (plan.dryRun) return idle('not-started', 'A dry run: it was shown what would change, and nothing was written.');
  if (looked.flight === undefined && looked.target === undefined && openRollback(plan, looked.lease) === undefined)
    return { ...idle('nothing-to-do', `Users have ${looked.stays} already.`), remedy: looked.further };
  // Taken from a living holder too: it finds another epoch and stops.
  const lock = await lockOfRun(world, plan, namespaceOf(world, plan), { takeOver: true });
  try {
    return await underLock(world, plan, lock, await stillSo(world, plan, lock, looked), started);
  } finally {
    lock.stop();
  }
}

/** The `post` step: what its run did not finish is finished. Nothing is undone. */
export async function finish(plan: BackPlan, handedOver: Readonly<Record<string, string>>, world: World): Promise<Report | undefined> {
  const { holder = '', open } = handedOver;
  if (open !== 'true' || holder === '') return undefined;
  const started = world.clock.now().toISOString();
  const seconds = postPatience(plan);
  const { service, leaseDuration: duration } = plan;
  const lock = await inheritLock(world, holder, { service, namespace: namespaceOf(world, plan), duration, seconds });
  if (lock === undefined) return undefined;
  const shorter = { ...plan, rolloutTimeout: seconds };
  try {
    world.log.line('The run before ended in the middle: finishing what it began.');
    const looked = await lookAgain(world, shorter, lock);
    return reportRollback(plan, await underLock(world, shorter, lock, looked, started));
  } finally {
    lock.stop();
  }
}

/** A run that was at work until now may have gone on since it was looked at. */
async function stillSo(world: World, plan: BackPlan, lock: Lock, looked: Looked): Promise<Looked> {
  const flight = inFlight(lock.found);
  try {
    const now = await patiently(world, { seconds: plan.rolloutTimeout }, () => world.cluster.get(stableRefOf(world, plan)));
    if (now !== undefined && flight === undefined && isAsChecked(lock, looked.lease) && isSettledFor(plan, looked, now))
      return { ...looked, lease: lock.found };
    const same =
      now !== undefined &&
      differences(templateOf(looked.standing.workload), templateOf(now)).length === 0 &&
      flight?.is === looked.flight?.is &&
      (flight?.is === 'canary' && flight.settled) === (looked.flight?.is === 'canary' && looked.flight.settled);
    return same ? { ...looked, lease: lock.found, flight } : await look(world, plan, lock.found);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What was taken from a living run is brought back in any case: nobody else watches it now.
    if (flight !== undefined)
      return {
        ...looked,
        lease: lock.found,
        flight,
        target: undefined,
        stays: 'what ran before',
        warnings: [...looked.warnings, error.what],
      };
    await giveAway(world, lock);
    throw error;
  }
}

/**
 * No run was there in between: another image is somebody else's. What was shown still holds where that is the very way back; counted from a
 * hotfix, or from what `kubectl rollout undo` brought, `previous` would be the bad version. Throws PREFLIGHT_FAILED.
 */
function isSettledFor({ stableDeployment }: BackPlan, { standing, target }: Looked, now: KubernetesObject): boolean {
  const runs = imagesOf(templateOf(now));
  const known = [templateOf(standing.workload), ...(target === undefined ? [] : [target.template])].map(imagesOf);
  if (known.some((images) => isSameImages(images, runs))) return true;
  throw new Failure(
    'PREFLIGHT_FAILED',
    `Deployment ${stableDeployment} was changed by somebody else since it was looked at, and runs ${Object.values(runs).join(', ')}: it was left as it is.`,
    'Look at who changed it. To go back all the same, name a revision or an image in `to`: `previous` counts from what runs now.',
  );
}

async function underLock(world: World, plan: BackPlan, lock: Lock, looked: Looked, started: string): Promise<BackResult> {
  const session = openSession(world, plan, lock, looked);
  const cancel = new AbortController();
  const stopListening = world.cancellation.onRequest((by) => {
    world.log.line(`Cancelled (${by}): what is begun is finished, and not waited for.`);
    cancel.abort();
  });
  try {
    const went = await goBack(session, cancel.signal);
    await settle(session, { went });
    return await ended(session, {
      ...resultOf(world, plan, looked, started, session, went),
      outcome: 'rolled-back',
      reason: reasonFor(session, went),
    });
  } catch (error) {
    const failure = failureOf(error);
    // A cancelled run leaves the lock to its `post` step, and one that lost it has nothing to give away.
    if (!cancel.signal.aborted && !lock.lost.aborted) await settle(session, { failure });
    const { code, what, remedy } = failure;
    return await ended(session, { ...resultOf(world, plan, looked, started, session), outcome: 'unknown', code, reason: what, remedy });
  } finally {
    stopListening();
  }
}

async function ended(session: Session, result: SettledResult): Promise<BackResult> {
  await announce(session, result);
  return result;
}

function resultOf(
  world: World,
  plan: BackPlan,
  looked: Looked,
  started: string,
  session?: Session,
  went?: WentBack,
): Omit<BackResult, 'outcome' | 'reason'> {
  const target = went === undefined ? looked.target : went.target;
  const namespace = namespaceOf(world, plan);
  return {
    operation: 'rollback',
    dryRun: plan.dryRun,
    code: undefined,
    remedy: undefined,
    namespace,
    environment: environmentOf(plan, namespace),
    from: looked.present,
    to: target?.shown,
    changes: target?.lines ?? [],
    stopped: went?.stopped ?? (looked.flight === undefined ? undefined : stoppedText({ flight: looked.flight })),
    held: session?.held ?? [],
    smoke: session?.smoke ?? [],
    writes: session?.writes ?? [],
    warnings: session?.warnings ?? looked.warnings,
    started,
    ended: world.clock.now().toISOString(),
    run: world.run.page,
  };
}
