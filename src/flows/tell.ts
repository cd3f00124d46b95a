import { Failure } from '../failure.ts';
import type { Alert, Notifier } from '../ports/notifier.ts';
import type { World } from '../ports/worlds/cluster.ts';
import type { Lock } from './held-lock.ts';
import type { Notice } from './notice.ts';

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
interface Telltale {
  readonly world: Pick<World, 'notifiers' | 'log'>;
  readonly lock: Pick<Lock, 'record'>;
  told: readonly string[];
  readonly notices: Notice[];
}

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

/** A Lease that cannot be written now is written with the next record. */
async function mark(session: Telltale, name: string): Promise<void> {
  session.told = [...session.told, name];
  try {
    await session.lock.record({ told: session.told });
  } catch (error) {
    session.world.log.debug(`It was not written down that ${name} was told: ${error instanceof Failure ? error.what : String(error)}`);
  }
}
