import { isOpen } from '../../domain/rolling/record.ts';
import { cancelled } from '../../domain/rollout/cause.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Report } from '../flow.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { patiently } from '../patiently.ts';
import { inheritLock, postPatience } from '../successor.ts';
import { findJournal, type JournalPlace, lastWords } from './keep-journal.ts';
import type { StagePlan } from './plan.ts';
import { reportStage } from './report.ts';
import { endedResult, settle } from './settle.ts';
import { goBack } from './update.ts';

/**
 * The `post` step: the successor of a run that did not come to its own end. It takes the Lease of its dead predecessor at once, and does
 * nothing when that run had ended, never began, or someone else has taken over since. A good ending stands: it is only tidied up.
 */
export async function takeBack(plan: StagePlan, handedOver: Readonly<Record<string, string>>, world: World): Promise<Report | undefined> {
  const { holder = '', open: unfinished, decision } = handedOver;
  if (unfinished !== 'true' || holder === '') return undefined;
  const { service, leaseDuration: duration } = plan;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const seconds = postPatience(plan);
  const started = world.clock.now().toISOString();
  const held = await inheritLock(world, holder, { service, namespace, duration, seconds });
  if (held === undefined) return undefined;
  try {
    const record = held.found?.rolling;
    if (plan.operation !== 'deploy') {
      await giveAway(world, held);
      return undefined;
    }
    const journal =
      decision !== 'keep' && isOpen(record)
        ? await patiently(world, { seconds }, () => findJournal(world, { service, namespace }))
        : undefined;
    if (journal === undefined) {
      await giveAway(world, held, () => tidied(world, held, { service, namespace }, seconds));
      return undefined;
    }
    world.log.line('The run before ended in the middle: taking back what it changed.');
    const { session, ending } = await goBack(world, plan, held, journal, cancelled('the run was ended from outside'));
    await settle(session, ending);
    return reportStage(plan, endedResult({ plan, world, started, session, ending }));
  } finally {
    held.stop();
  }
}

/** Nothing is to be taken back: it had been decided that everything stays, or nothing was written. What was remembered is forgotten. */
export async function tidied(world: World, held: Lock, place: JournalPlace, seconds: number): Promise<LeaseChange> {
  const rolling = held.found?.rolling;
  return await lastWords(world, held, place, rolling === undefined ? {} : { rolling }, seconds);
}
