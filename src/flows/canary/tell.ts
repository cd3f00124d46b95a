import { Lease } from '../../domain/kubernetes/kinds.ts';
import type { RecordedPhase } from '../../domain/rollout/effect.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { Failure } from '../../failure.ts';
import type { Alert, Notifier } from '../../ports/notifier.ts';
import type { World } from '../../ports/world.ts';
import type { Session } from './session.ts';

interface Telling {
  readonly message: Alert;
  /** Of which ending, for the summary. */
  readonly about: string;
  /** Who need not be told again. */
  readonly knowing: readonly string[];
  /** Whether it is written in the Lease who was told, so that no successor tells them again. */
  readonly marking: boolean;
}

/** What of a session tells, and remembers it. */
type Telltale = Pick<Session, 'world' | 'lock' | 'told' | 'notices'>;

/** Tells everyone at once. Whoever cannot be told is said in the log and in the summary, and changes nothing. */
export async function tell(session: Telltale, { message, about, knowing, marking }: Telling): Promise<void> {
  await Promise.all(
    session.world.notifiers
      .filter(({ name }) => !knowing.includes(name))
      .map(async (notifier) => {
        const problem = await problemOf(notifier, message);
        session.notices.push({
          notifier: notifier.name,
          about,
          told: problem === undefined,
          ...(problem === undefined ? {} : { problem }),
        });
        if (problem !== undefined) session.world.log.line(`  Not told: ${notifier.name}. ${problem}`);
        else if (marking) await mark(session, notifier.name);
      }),
  );
}

/** Where there is no rollout at hand that could be marked. Whoever cannot be told is said in the log. */
export async function tellOnly({ notifiers, log }: Pick<World, 'notifiers' | 'log'>, message: Alert): Promise<void> {
  await Promise.all(
    notifiers.map(async (notifier) => {
      const problem = await problemOf(notifier, message);
      if (problem !== undefined) log.line(`  Not told: ${notifier.name}. ${problem}`);
    }),
  );
}

async function problemOf(notifier: Notifier, message: Alert): Promise<string | undefined> {
  try {
    await notifier.send(message);
    return undefined;
  } catch (error) {
    // Of a defect only its kind: its text may hold an address.
    return error instanceof Failure ? error.what : `A defect in this notifier (${error instanceof Error ? error.name : typeof error}).`;
  }
}

/** What a record says of who knows. With `preparing` a rollout of its own begins, of which nobody knows anything yet. */
export function toldAt(session: Session, phase: RecordedPhase): Pick<LeaseChange, 'told'> {
  if (phase === 'preparing') session.told = [];
  return phase === 'preparing' || session.told.length > 0 ? { told: session.told } : {};
}

/** A Lease that cannot be written now is written with the next record. */
async function mark(session: Telltale, name: string): Promise<void> {
  session.told = [...session.told, name];
  try {
    await session.lock.record({ told: session.told });
  } catch (error) {
    session.world.log.debug(`It was not written down that ${name} was told: ${error instanceof Failure ? error.what : String(error)}`);
  }
}

/** Whoever took the Lease ends the rollout, and tells. Where that cannot be seen, this run is the last that knows of it. */
export async function aSuccessorTells({ world, plan, ground, lock }: Session): Promise<boolean> {
  try {
    const object = await world.cluster.get({ kind: Lease, namespace: ground.app.namespace, name: leaseName(plan.service) });
    if (object === undefined || readLease(object).epoch <= lock.epoch) return false;
    world.log.line('  Whoever took the Lease tells of the ending.');
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}
