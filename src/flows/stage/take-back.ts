import { Lease } from '../../domain/kubernetes/kinds.ts';
import { isOpen } from '../../domain/rolling/record.ts';
import { cancelled } from '../../domain/rollout/cause.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Report } from '../flow.ts';
import { giveAway } from '../give-away.ts';
import { acquireLock } from '../lock.ts';
import { patiently } from '../patiently.ts';
import { findJournal, forgetJournal } from './keep-journal.ts';
import type { StagePlan } from './plan.ts';
import { reportStage } from './report.ts';
import { endedResult, settle } from './settle.ts';
import { goBack } from './update.ts';

/** Seconds. All `post` steps of a cancelled job share less than five minutes. */
const mostPatience = 200;

/**
 * The `post` step: the successor of a run that did not come to its own end. It takes the Lease of its dead predecessor at once, and does
 * nothing when that run had ended, never began, or someone else has taken over since.
 */
export async function takeBack(plan: StagePlan, handedOver: Readonly<Record<string, string>>, world: World): Promise<Report | undefined> {
  const { holder = '', open: unfinished } = handedOver;
  if (unfinished !== 'true' || holder === '') return undefined;
  const { service } = plan;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const patience = Math.min(mostPatience, plan.rolloutTimeout);
  const object = await patiently(world, { seconds: patience }, () =>
    world.cluster.get({ kind: Lease, namespace, name: leaseName(service) }),
  );
  if (object === undefined || readLease(object).holder !== holder) return undefined;
  const started = world.clock.now().toISOString();
  const held = await acquireLock(world, { service, namespace, duration: plan.leaseDuration, timeout: patience, successorOf: holder });
  try {
    const record = held.found?.rolling;
    const journal =
      plan.operation === 'deploy' && isOpen(record)
        ? await patiently(world, { seconds: patience }, () => findJournal(world, service, namespace))
        : undefined;
    if (plan.operation !== 'deploy' || !isOpen(record)) {
      // What it meant to remember, should it have been killed between that and its first write.
      if (plan.operation === 'deploy') await forgetJournal(world, service, namespace);
      await giveAway(world, held);
      return undefined;
    }
    if (journal === undefined) {
      await giveAway(world, held, { rolling: { ...record, phase: 'resting' } });
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
