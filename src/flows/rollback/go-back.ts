import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { RollbackRecord } from '../../domain/rollback/record.ts';
import { wishText } from '../../domain/rollback/to.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { takenBackBy } from '../hold-images.ts';
import { patiently } from '../patiently.ts';
import { whereItRuns, whoActs } from '../signature.ts';
import { confirm } from './confirm.ts';
import { holdsFor } from './hold-back.ts';
import { type Looked, look, openRollback, type Target } from './look.ts';
import type { BackPlan } from './plan.ts';
import { type Session, warn } from './session.ts';
import { type Stopping, stopFlight, stoppingOf } from './stop-flight.ts';
import { namespaceOf, stableRefOf } from './survey.ts';
import { writeTemplate } from './write-template.ts';

export interface WentBack {
  readonly target: Target | undefined;
  readonly stopped: string | undefined;
  /** Of a canary that went on: what stable runs now, which somebody may have given it meanwhile. */
  readonly runs: string | undefined;
}

export const openSession = (world: World, plan: BackPlan, lock: Lock, looked: Looked): Session => ({
  world,
  plan,
  namespace: namespaceOf(world, plan),
  lock,
  looked,
  writes: [],
  warnings: [...looked.warnings],
  smoke: [],
  holds: lock.found?.holds ?? { list: [], unreadable: false },
  held: [],
  record: undefined,
  told: false,
});

/**
 * Under the lock: what is held first, so that nothing brings it back; then traffic, then pods. A cancel interrupts only the waiting at the
 * end: what is begun is finished. Throws what could not be confirmed.
 */
export async function goBack(session: Session, signal: AbortSignal): Promise<WentBack> {
  const { world, plan, looked } = session;
  const patience = { seconds: plan.rolloutTimeout, signal: session.lock.lost };
  const { flight } = looked;
  const stopping = flight === undefined ? undefined : await patiently(world, patience, () => stoppingOf(session, flight));
  await patiently(world, patience, () => recordBeginning(session, stopping));
  if (stopping !== undefined && !isSettled(stopping)) await stopFlight(session, stopping);
  const target = stopping === undefined || isSettled(stopping) ? looked.target : await targetAfter(session);
  const written = target === undefined ? undefined : await patiently(world, patience, () => writeTemplate(session, target));
  if (stopping !== undefined && isSettled(stopping)) await stopFlight(session, stopping);
  const workload = written ?? (await patiently(world, patience, () => stableNow(session)));
  await confirm(session, workload, signal);
  const runs = imagesOf(templateOf(workload))[session.lock.found?.rollout?.container ?? ''];
  return { target, stopped: stopping === undefined ? undefined : stoppedText(stopping, runs), runs };
}

/** All users have the new version already, and only its canary is left to be put away: the pods are what counts. */
const isSettled = ({ flight }: Stopping): boolean => flight.is === 'canary' && flight.settled;

async function recordBeginning(session: Session, stopping: Stopping | undefined): Promise<void> {
  const { lock, looked, plan } = session;
  const present = templateOf(looked.standing.workload);
  const { target } = looked;
  const takenBack = [...(stopping?.images ?? []), ...(target === undefined ? [] : takenBackBy(present, target.template))];
  // A second run, or `post`, finds what was on its way when this one began.
  const open = openRollback(plan, lock.found);
  const again = open === undefined ? [] : Object.values(open.from).filter((image) => !Object.values(open.images).includes(image));
  const holds = holdsFor(session, [...takenBack, ...again], target);
  session.record = recordOf(session, stopping);
  await lock.record({ ...holds, rollback: session.record });
}

function recordOf(session: Session, stopping: Stopping | undefined): RollbackRecord {
  const { world, plan, looked, lock } = session;
  const present = imagesOf(templateOf(looked.standing.workload));
  const { target } = looked;
  const open = openRollback(plan, lock.found);
  const stopped = stopping === undefined ? undefined : { images: stopping.after, from: stopping.instead };
  const keeper = target?.revision?.name;
  return {
    phase: 'writing',
    deployment: plan.stableDeployment,
    asked: wishText(plan.to),
    to: target?.to ?? looked.stays,
    ...(keeper === undefined ? {} : { keeper }),
    images: target === undefined ? (stopped?.images ?? present) : imagesOf(target.template),
    from: target === undefined ? (stopped?.from ?? open?.from ?? present) : present,
    ...(target === undefined || stopped === undefined ? {} : { between: stopped.images }),
    who: whoActs(world),
    why: plan.reason,
    run: whereItRuns(world),
    since: world.clock.now().toISOString(),
  };
}

/** What went on has changed the workload: only now can be said what is still to be changed. */
async function targetAfter(session: Session): Promise<Target | undefined> {
  const { world, plan, lock, looked } = session;
  if (looked.target === undefined) return undefined;
  const { rollout: _rollout, rolling: _rolling, ...calm } = lock.found ?? nobodysLease;
  const again = await look(world, plan, calm, session.record);
  for (const warning of again.warnings) warn(session, warning);
  const { target } = again;
  if (target === undefined) return undefined;
  const holds = holdsFor(session, takenBackBy(templateOf(again.standing.workload), target.template), target);
  const keeper = target.revision?.name;
  session.record = {
    ...recordOf(session, undefined),
    to: target.to,
    ...(keeper === undefined ? {} : { keeper }),
    images: imagesOf(target.template),
    from: imagesOf(templateOf(again.standing.workload)),
  };
  await lock.record({ ...holds, rollback: session.record });
  return target;
}

const nobodysLease: LeaseView = { holder: '', epoch: 0, resourceVersion: '', durationSeconds: 60, sign: '' };

async function stableNow({ world, plan }: Session): Promise<KubernetesObject> {
  const ref = stableRefOf(world, plan);
  const workload = await world.cluster.get(ref);
  if (workload === undefined) throw new Failure('CLUSTER_NOT_FOUND', `Deployment ${ref.name} is gone.`, 'See who deleted it.');
  return workload;
}

export function stoppedText({ flight }: Pick<Stopping, 'flight'>, runs?: string): string {
  if (flight.is === 'rolling') return `The rolling update of ${flight.run} was stopped and taken back.`;
  return flight.settled
    ? `The canary of ${flight.run} was put away.`
    : `The canary of ${flight.image}, recorded at ${flight.weight} %, was stopped (${flight.run}): all users have ${runs ?? flight.previousImage}.`;
}
