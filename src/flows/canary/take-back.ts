import { Lease } from '../../domain/kubernetes/kinds.ts';
import { beginTakingBack, midPromotion } from '../../domain/rollout/begin.ts';
import { type Cause, cancelled } from '../../domain/rollout/cause.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import { isLeft } from '../../domain/rollout/left-behind.ts';
import type { RolloutRecord } from '../../domain/rollout/rollout-record.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Report } from '../flow.ts';
import { isTransient } from '../follow.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import { type Place, placeOf } from '../operations/holder.ts';
import { patiently } from '../patiently.ts';
import { releasing } from '../releasing.ts';
import { postPatience } from '../successor.ts';
import { alarm } from './alert.ts';
import { dismissLeftGuardian } from './dismiss-guardian.ts';
import { drive } from './drive.ts';
import { type Ground, rolloutPlanOf } from './ground.ts';
import { lockOfTheDead } from './lock-of-the-dead.ts';
import { open } from './open.ts';
import { refuseOtherRoute } from './other-route.ts';
import type { CanaryPlan } from './plan.ts';
import { remark } from './remark.ts';
import { reportCanary } from './report.ts';
import type { CanaryResult } from './result.ts';
import { routeName } from './rollout-record.ts';
import { resultOf, settle } from './settle.ts';
import { notWritten, onRoute, unrecorded } from './unrecorded.ts';
import { nothingRead, surveyWayBack, wayBackGround } from './way-back-ground.ts';
import { orderWeight } from './writes.ts';

/**
 * The `post` step: the successor of a run that did not come to its own end. It takes the Lease of its dead predecessor at once, and that of
 * another run once that is seen to be dead. It does nothing when its run had ended, never began, or someone who lives has taken over since.
 * Throws when the cluster does not answer for so long that nobody can say how the traffic stands.
 */
export async function takeBack(plan: CanaryPlan, handedOver: Readonly<Record<string, string>>, world: World): Promise<Report | undefined> {
  const { holder = '', open: unfinished, alarmed } = handedOver;
  if (unfinished !== 'true' || holder === '') return undefined;
  try {
    return await takeBackFrom(holder, plan, world);
  } catch (error) {
    // Who holds the lock is at work on it, and tells; and what the run itself has raised the alarm about is known.
    if (error instanceof Failure && error.code !== 'LOCK_HELD' && alarmed !== 'true') await alarm(world, plan, error);
    throw error;
  }
}

async function takeBackFrom(holder: string, plan: CanaryPlan, world: World): Promise<Report | undefined> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const patience = postPatience(plan);
  const object = await patiently(world, { seconds: patience }, () =>
    world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) }),
  );
  const lease = object === undefined ? undefined : readLease(object);
  const started = world.clock.now().toISOString();
  const own = lease !== undefined && (lease.holder === holder || tookOver(lease, holder));
  const lock = await lockAfter(world, { plan, lease, patience, ...(own ? { own: holder } : {}) });
  if (lock === undefined) return undefined;
  try {
    const result = await takeBackHeld(world, { plan, lock, cause: cancelled('the run was ended from outside'), patience, started });
    // A promotion that another run had passed is tidied up, and no result of this one.
    return result === undefined || (result.outcome === 'promoted' && !own) ? undefined : reportCanary(plan, result);
  } finally {
    lock.stop();
  }
}

interface Before {
  readonly plan: CanaryPlan;
  readonly lease: LeaseView | undefined;
  readonly patience: number;
  /** The run whose successor this is, where it has the Lease or its guardian had. */
  readonly own?: string;
}

/** That run may have ended while it waited for one that had died: what that one has left has nobody else. */
async function lockAfter(world: World, { plan, lease, patience, own }: Before): Promise<Lock | undefined> {
  const place = placeOf(world, plan);
  const { service, namespace } = place;
  if (own !== undefined)
    return await acquireLock(world, { service, namespace, duration: plan.leaseDuration, timeout: patience, successorOf: own });
  if (lease === undefined) return await lockOfNobody(world, { plan, patience }, place);
  return isLeft(lease) ? await lockOfTheDead(world, { plan, place, found: lease, guardian: 'left-alone' }) : undefined;
}

/** Somebody has deleted the Lease, and its run has stopped writing: whom the route still sends to the canary nobody else takes back. */
async function lockOfNobody(world: World, { plan, patience }: Pick<Before, 'plan' | 'patience'>, place: Place): Promise<Lock | undefined> {
  const { weight, isMarked } = await patiently(world, { seconds: patience }, () => onRoute(world, plan));
  if (weight === 0 || !isMarked) return undefined;
  const { service, namespace } = place;
  try {
    return await acquireLock(world, { service, namespace, duration: plan.leaseDuration, timeout: plan.leaseDuration });
  } catch (error) {
    // Another run was faster, and goes to weight 0 first.
    if (error instanceof Failure && error.code === 'LOCK_HELD') return undefined;
    throw error;
  }
}

export interface TakingBack {
  readonly plan: CanaryPlan;
  readonly lock: Lock;
  readonly cause: Cause;
  /** Seconds for a cluster that does not answer. */
  readonly patience: number;
  /** ISO 8601. */
  readonly started: string;
  /** What is done under this lock goes on. */
  readonly keepsLock?: true;
}

/** Takes back what the Lease says that the holder before has left, and gives the Lease away. `undefined`: there was nothing. */
export async function takeBackHeld(
  world: World,
  { plan, lock, cause, patience, started, keepsLock }: TakingBack,
): Promise<CanaryResult | undefined> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const written = lock.found?.rollout;
  const isOver = written === undefined || written.phase === 'resting';
  const look = () => patiently(world, { seconds: patience }, () => unrecorded(world, plan));
  const record = await releasing(world, lock, async () => {
    refuseOtherRoute(plan, namespace, written);
    return isOver ? await look() : written;
  });
  if (record === undefined) {
    await releasing(world, lock, () => dismissLeftGuardian({ world, lock }, plan, namespace));
    await giveAway(world, lock);
    return undefined;
  }
  world.log.line(
    isOver
      ? `No Lease says that a rollout goes on, and the route gives the canary ${roundedPercent(record.weight)} %: taking it back.`
      : `The run before ended in the phase \`${record.phase}\`: taking it back.`,
  );
  const first = firstOrder(world, { plan, lock }, record);
  const found = await patiently(world, { seconds: patience }, async () => {
    await first.order();
    return await surveyWayBack(world, plan);
  });
  const ground = wayBackGround(plan, record, lock.found, found);
  const session = open(world, plan, ground, lock);
  session.writes.push(...first.writes);
  // It is that run's rollout that ends, and whom that run or a guardian has told of it knows.
  session.run = record.run;
  session.routeSeen = wasThere(plan, ground, record);
  session.told = isOver ? [] : (lock.found?.told ?? []);
  if (isOver) remark(session, notWritten);
  const { phase, enough } = record;
  const move = beginTakingBack({ phase, sameImage: true, ...(enough === undefined ? {} : { enough }) }, cause);
  const { ending, stages } = await drive(session, rolloutPlanOf(plan, ground), move);
  await settle(session, ending, keepsLock === true ? 'kept' : 'given-away');
  return resultOf({ plan, world, started, ground, session, ending, stages });
}

/** The guardian was there first. It moved the traffic and left the pods. */
const tookOver = ({ holder, guardian }: LeaseView, dead: string): boolean =>
  holder === '' && guardian?.is === 'acted' && guardian.after === dead;

/** A record by an older version names no route: of one that is not there only what is recorded shows that it was. */
const wasThere = (plan: CanaryPlan, ground: Ground, { route }: RolloutRecord): boolean => route === routeName(plan, ground);

/**
 * Weight 0 waits for no read but that of the route, unless stable has to be mended before. The rollout orders it again, and is what deals
 * with one that is refused.
 */
function firstOrder(world: World, { plan, lock }: Pick<TakingBack, 'plan' | 'lock'>, record: RolloutRecord) {
  const session = open(world, plan, wayBackGround(plan, record, lock.found, nothingRead(world, plan)), lock);
  session.routeSeen = wasThere(plan, session.ground, record);
  let due = !midPromotion(record.phase);
  const order = async (): Promise<void> => {
    if (!due) return;
    try {
      await orderWeight(session, 0, lock.lost);
      due = false;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      due = isTransient(error);
      world.log.debug(`Weight 0 is not confirmed yet: ${error.what}`);
    }
  };
  return { writes: session.writes, order };
}
