import { Event, Lease } from '../../domain/kubernetes/kinds.ts';
import { warningEvent } from '../../domain/kubernetes/warning-event.ts';
import { midPromotion } from '../../domain/rollout/begin.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { openRecords } from '../../domain/rollout/open-records.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { operationPatience, patiently } from '../patiently.ts';
import { whereItRuns, whoActs } from '../signature.ts';
import { leaseAt, type Place, placeOf, refuseBesideRun, takeLease } from './holder.ts';
import type { OperationPlan } from './plan.ts';
import { type OperationResult, told, wouldDo } from './result.ts';

/**
 * Gives away a Lease whose holder is gone, with the reason. It is taken first, by resourceVersion and with the next epoch, so that a holder
 * that comes back after all writes nothing more. What that one has left stays written down: the way back is not lost.
 */
export async function unlock(world: World, plan: OperationPlan): Promise<OperationResult> {
  const place = placeOf(world, plan.canary);
  const before = await leaseAt(world, place);
  const lease = await refuseBesideRun(world, place, 'unlock');
  if (lease === undefined || lease.holder === '') return told('nothing-to-do', `Nobody holds the Lease of ${place.service}.`);
  if (plan.canary.dryRun) return wouldDo([`Lease ${place.lease.name}: taken from ${lease.holder} and given away`]);
  const lock = await takeLease(world, plan, place, lease);
  const from = lock.found?.holder ?? lease.holder;
  const record = { from, who: whoActs(world), why: plan.reason, run: whereItRuns(world), at: world.clock.now().toISOString() };
  try {
    // This write is what was asked for: where it does not arrive, nothing is unlocked, and where its answer is lost it is asked for again.
    await patiently(world, { seconds: operationPatience, signal: lock.lost }, () => lock.record({ unlocked: record, release: true }));
  } finally {
    lock.stop();
  }
  const writes = [`Lease ${place.lease.name}: taken from ${from} and given away`];
  const reason = `The Lease of ${place.service} is free. It was held by ${from}, which gave no sign of life.`;
  const noted = await note(world, place, `${record.who} took the Lease from ${from}: ${record.why}`);
  return told('done', reason, { writes: [...writes, ...noted], ...next(lock.found ?? lease, before) });
}

/** It never leaves anything half done without saying what ends it. */
function next(lease: LeaseView, before: LeaseView | undefined): { readonly remedy?: string } {
  const left = [...canaryLeft(lease, before), ...openRecords(lease).map(briefText)];
  return left.length === 0 ? {} : { remedy: left.join(' ') };
}

/** `before`: as it was before its holder was waited for. The guardian's last sign alone is not believed. */
function canaryLeft({ rollout, guardian }: LeaseView, before: LeaseView | undefined): readonly string[] {
  if (rollout === undefined || rollout.phase === 'resting') return [];
  const carries = rollout.weight > 0 || midPromotion(rollout.phase);
  const watched = guardian?.is === 'watching' || guardian?.is === 'pausing';
  const beats = watched && JSON.stringify(guardian) !== JSON.stringify(before?.guardian);
  const who = beats
    ? 'Its guardian takes it back unless somebody does so before'
    : watched
      ? 'Its guardian gave no sign of life either: nobody is known to take it back by itself'
      : 'Nobody takes it back by itself';
  return [
    carries
      ? `That run has left ${rollout.weight} % on the canary, in the phase \`${rollout.phase}\`. ${who}: run \`operation: abort\` now, or start a release.`
      : `That run was left in the phase \`${rollout.phase}\`: \`operation: abort\` or the next release tidies up after it.`,
  ];
}

/** Advisory: who may not write events has still unlocked. */
async function note(world: World, { lease, namespace }: Place, message: string): Promise<readonly string[]> {
  const now = world.clock.now();
  try {
    const about = await world.cluster.get(lease);
    const uid = about?.metadata.uid;
    const subject = { apiVersion: Lease.apiVersion, kind: Lease.kind, name: lease.name, namespace, uid };
    const object = warningEvent(subject, { reason: 'LeaseUnlocked', message, source: { component: 'wf-deploy' } }, now);
    await world.cluster.write({ do: 'create', kind: Event, namespace, object });
    return ['an Event with the reason'];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`no Event with the reason: ${error.what}`];
  }
}
