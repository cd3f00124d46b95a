import { Lease } from '../../domain/kubernetes/kinds.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { beginTakingBack } from '../../domain/rollout/begin.ts';
import { isOurs } from '../../domain/rollout/canary-deployment.ts';
import { type Cause, cancelled } from '../../domain/rollout/cause.ts';
import { type LeaseView, leaseName, type RolloutRecord, readLease } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import type { Report } from '../flow.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { acquireLock } from '../lock.ts';
import { patiently } from '../patiently.ts';
import { releasing } from '../releasing.ts';
import { alarm } from './alert.ts';
import { dismissLeftGuardian } from './dismiss-guardian.ts';
import { drive } from './drive.ts';
import { type Ground, rolloutPlanOf } from './ground.ts';
import { pastOf } from './manifest-preflight.ts';
import { open } from './open.ts';
import type { CanaryPlan } from './plan.ts';
import { reportCanary } from './report.ts';
import type { CanaryResult } from './result.ts';
import { resultOf, settle } from './settle.ts';
import { type FoundObjects, surveyObjects } from './survey.ts';

/** Seconds. All `post` steps of a cancelled job share less than five minutes. */
const mostPatience = 200;

/**
 * The `post` step: the successor of a run that did not come to its own end. It takes the Lease of its dead predecessor at once, and does
 * nothing when that run had ended, never began, or someone else has taken over since. Throws when the cluster does not answer for so long
 * that nobody can say how the traffic stands.
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
  const patience = Math.min(mostPatience, plan.rolloutTimeout);
  const object = await patiently(world, { seconds: patience }, () =>
    world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) }),
  );
  const lease = object === undefined ? undefined : readLease(object);
  if (lease === undefined || !(lease.holder === holder || tookOver(lease, holder))) return undefined;
  const started = world.clock.now().toISOString();
  const lock = await acquireLock(world, {
    service: plan.service,
    namespace,
    duration: plan.leaseDuration,
    timeout: patience,
    successorOf: holder,
  });
  try {
    const result = await takeBackHeld(world, { plan, lock, cause: cancelled('the run was ended from outside'), patience, started });
    return result === undefined ? undefined : reportCanary(plan, result);
  } finally {
    lock.stop();
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
  const record = lock.found?.rollout;
  if (record === undefined || record.phase === 'resting') {
    await releasing(world, lock, () => dismissLeftGuardian(world, plan, namespace, lock.found));
    await giveAway(world, lock);
    return undefined;
  }
  world.log.line(`The run before ended in the phase \`${record.phase}\`: taking it back.`);
  const found = await patiently(world, { seconds: patience }, () => surveyObjects(world, plan));
  const ground = groundOf(plan, record, lock.found, found);
  const session = open(world, plan, ground, lock);
  // It is that run's rollout that ends, and whom that run or a guardian has told of it knows.
  session.run = record.run;
  session.told = lock.found?.told ?? [];
  const { phase, enough } = record;
  const first = beginTakingBack({ phase, sameImage: true, ...(enough === undefined ? {} : { enough }) }, cause);
  const { ending, stages } = await drive(session, rolloutPlanOf(plan, ground), first);
  await settle(session, ending, keepsLock === true ? 'kept' : 'given-away');
  return resultOf({ plan, world, started, ground, session, ending, stages });
}

/** The guardian was there first. It moved the traffic and left the pods. */
const tookOver = ({ holder, guardian }: LeaseView, dead: string): boolean =>
  holder === '' && guardian?.is === 'acted' && guardian.after === dead;

/** What is needed to go back: far less than to go forward, and nothing that could refuse. */
function groundOf(plan: CanaryPlan, record: RolloutRecord, lease: LeaseView | undefined, found: FoundObjects): Ground {
  const absent = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: plan.stableDeployment } };
  const stable = found.stable ?? absent;
  const undo = lease?.template?.undo;
  const past = pastOf(stable, record.container, lease, undefined);
  return {
    app: found.app,
    stable: past.base,
    wanted: past.base,
    next: undefined,
    previousTemplate: past.previousTemplate,
    canaryLabels: plan.router.canaryLabels(found.app, found.around) ?? {},
    stablePods: found.stablePods,
    canary:
      found.canary === undefined
        ? { is: 'absent' }
        : isOurs(found.canary, plan.service)
          ? { is: 'ours' }
          : { is: 'users', deployment: found.canary },
    container: record.container,
    image: record.image,
    previousImage: record.previousImage,
    newReleases: [{ image: record.image, ...(undo === undefined ? {} : { template: undo.fingerprint }) }],
    replicas: deploymentSpec(stable).replicas ?? 1,
    port: 0,
    // Going back puts back what the Lease says.
    autoscaler: { is: 'none' },
    autoscaled: false,
    weightAtRest: record.weight,
    lease,
    warnings: [],
    notes: [],
  };
}
