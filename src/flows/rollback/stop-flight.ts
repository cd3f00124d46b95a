import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { InFlight } from '../../domain/rollback/in-flight.ts';
import type { Journal } from '../../domain/rolling/journal.ts';
import { rolledBack } from '../../domain/rollout/cause.ts';
import { Failure } from '../../failure.ts';
import { wayBackPlan } from '../canary/plan.ts';
import { takeBackHeld } from '../canary/take-back.ts';
import { whoActs } from '../signature.ts';
import { findJournal } from '../stage/keep-journal.ts';
import { backOnly } from '../stage/plan.ts';
import { settle } from '../stage/settle.ts';
import { goBack } from '../stage/update.ts';
import type { Session } from './session.ts';

/** What goes on, with all that is needed to stop it. */
export interface Stopping {
  readonly flight: InFlight;
  readonly journal: Journal | undefined;
  /** What is taken back with it. */
  readonly images: readonly string[];
  /** By container of the service's Deployment: what it runs then, and what it would have run. */
  readonly after: Readonly<Record<string, string>>;
  readonly instead: Readonly<Record<string, string>>;
}

export async function stoppingOf(session: Session, flight: InFlight): Promise<Stopping> {
  const { world, plan, namespace, lock, looked } = session;
  const present = imagesOf(templateOf(looked.standing.workload));
  if (flight.is === 'canary') {
    const container = lock.found?.rollout?.container ?? '';
    const images = flight.settled ? [] : [flight.image];
    return {
      flight,
      journal: undefined,
      images,
      after: { ...present, [container]: flight.settled ? flight.image : flight.previousImage },
      instead: { ...present, [container]: flight.image },
    };
  }
  const journal = await findJournal(world, { service: plan.service, namespace });
  const entry = journal?.entries.find(({ ref }) => ref.kind.kind === 'Deployment' && ref.name === plan.stableDeployment);
  const before = entry?.before === undefined ? present : imagesOf(templateOf(entry.before));
  const set = journal?.entries.flatMap((each) => Object.values(each.images ?? {})) ?? [];
  const was = journal?.entries.flatMap(({ before: old }) => (old === undefined ? [] : Object.values(imagesOf(templateOf(old))))) ?? [];
  return {
    flight,
    journal,
    images: set.filter((image) => !was.includes(image)),
    after: before,
    instead: { ...before, ...entry?.images },
  };
}

/** By the ways back that a canary and a rolling update have themselves. Throws where that could not be confirmed. */
export async function stopFlight(session: Session, { flight, journal }: Stopping): Promise<void> {
  const { world, plan, lock } = session;
  const cause = rolledBack({ who: whoActs(world), why: plan.reason });
  if (flight.is === 'canary') {
    const started = world.clock.now().toISOString();
    const result = await takeBackHeld(world, {
      plan: wayBackPlan(plan),
      lock,
      cause,
      patience: plan.rolloutTimeout,
      started,
      keepsLock: true,
    });
    session.writes.push(...(result?.writes ?? []));
    session.told ||= result !== undefined;
    if (result?.outcome === 'unknown') throw unconfirmed(result.reason);
    return;
  }
  const record = lock.found?.rolling;
  if (journal === undefined) {
    // It had not begun to write, or had taken everything back.
    if (record !== undefined) await lock.record({ rolling: { ...record, phase: 'resting' } });
    return;
  }
  const { session: rolling, ending } = await goBack(world, backOnly(plan), lock, journal, cause);
  session.writes.push(...rolling.writes);
  session.told = true;
  if (ending.outcome === 'unknown') throw unconfirmed(ending.cause.text);
  await settle(rolling, ending, 'kept');
}

const unconfirmed = (text: string): Failure =>
  new Failure(
    'ROLLBACK_UNCONFIRMED',
    text,
    'Look at the route, the Deployments and the Lease at once, and run this action again: it goes on where this one ended.',
  );
