import { isGuardian } from '../../domain/guardian/name.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { requesting } from '../../domain/rollout/lease-writes.ts';
import type { Answer, Request, Requestable } from '../../domain/rollout/request.ts';
import { lookEvery } from '../../domain/rollout/silence.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { isTransient } from '../follow.ts';
import { whereItRuns, whoActs } from '../signature.ts';
import { vigil } from '../vigil.ts';
import { type After, afterRun, afterSuccessor } from './after-run.ts';
import { leaseAt, type Place } from './holder.ts';
import type { OperationPlan } from './plan.ts';

/** What came of a request to the run that holds the Lease. */
export type Response =
  | { readonly is: 'answered'; readonly answer: Answer }
  | After
  /** Whoever holds it is not the one that is meant, and was not asked. */
  | { readonly is: 'not-meant'; readonly lease: LeaseView };

/**
 * Asks, and waits for the answer; a guardian takes back already, hears nobody, and leaves the rest to whoever comes then: it is waited for.
 * With `until: 'ended'` waits for the end of the run after it was accepted. Throws OPERATION_REFUSED where another request stands in the
 * way, and NOT_ANSWERED.
 */
export async function ask(
  world: World,
  plan: OperationPlan,
  place: Place,
  until: 'answered' | 'ended' = 'answered',
  isMeant: (lease: LeaseView) => boolean = () => true,
): Promise<Response> {
  const asked = await leave(world, plan, place, isMeant);
  if (asked === undefined) return { is: 'nobody', lease: await leaseAt(world, place) };
  if (asked.request === undefined)
    return isMeant(asked.seen) ? await afterSuccessor(world, plan, place, asked.seen, asked.seen) : { is: 'not-meant', lease: asked.seen };
  const { request, seen } = asked;
  world.log.line(
    request.id === world.run.holder
      ? `Asked ${seen.holder} to ${request.what}. It looks every ${durationText(Math.round(seen.durationSeconds / 3))}.`
      : `${request.who} has asked ${seen.holder} to ${request.what} already: waiting for the same end.`,
  );
  const began = world.clock.monotonic();
  const kept = vigil(world.clock);
  kept.saw(seen);
  let accepted: Answer | undefined;
  let before = seen;
  for (;;) {
    await world.clock.sleep(lookEvery(seen.durationSeconds));
    const lease = await leaseAt(world, place, kept);
    if (lease === undefined || lease.holder !== seen.holder || lease.epoch !== seen.epoch) {
      // It may have heard, answered and ended between two looks.
      const answer = accepted ?? (lease?.answer?.id === request.id ? lease.answer : undefined);
      if (answer !== undefined && answer.is !== 'accepted') return { is: 'answered', answer };
      return await afterRun(world, plan, place, { lease, request, answer, before });
    }
    before = lease;
    if (lease.answer?.id === request.id && accepted === undefined) {
      if (until === 'answered' || lease.answer.is !== 'accepted') return { is: 'answered', answer: lease.answer };
      accepted = lease.answer;
      world.log.line(`Accepted: ${accepted.text} Waiting for its end.`);
    }
    if (accepted === undefined && lease.request?.id !== request.id) throw replaced(lease.request);
    if (kept.saw(lease)) return { is: 'nobody', lease };
    if (world.clock.monotonic() - began >= plan.canary.lockTimeout)
      throw unanswered(lease, request.what, plan.canary.lockTimeout, accepted);
  }
}

/** Seconds for a request whose answers are lost. */
const patience = 60;

/**
 * `undefined`: nobody holds the Lease. Without a request: whoever does is not meant, or a guardian. An abort is never replaced: who asks
 * for another one waits for the end of that. A request that got no answer may have arrived, and is obeyed then: the Lease tells.
 */
async function leave(
  world: World,
  { operation, reason }: OperationPlan,
  place: Place,
  isMeant: (lease: LeaseView) => boolean,
): Promise<{ readonly request: Request | undefined; readonly seen: LeaseView } | undefined> {
  const began = world.clock.monotonic();
  for (;;) {
    const seen = await leaseAt(world, place);
    if (seen === undefined || seen.holder === '') return undefined;
    if (!isMeant(seen) || isGuardian(seen.holder)) return { request: undefined, seen };
    const pending = pendingOf(seen);
    if (operation === 'abort' && isAborting(seen)) return { request: seen.request, seen };
    if (pending?.what === 'abort') {
      throw new Failure('OPERATION_REFUSED', `${pending.who} has asked for \`abort\` already.`, 'Let it end, and start again.');
    }
    const request: Request = {
      id: world.run.holder,
      what: operation as Requestable,
      epoch: seen.epoch,
      who: whoActs(world),
      why: reason,
      at: world.clock.now().toISOString(),
      run: whereItRuns(world),
    };
    try {
      await world.cluster.write({ do: 'patch', ref: place.lease, operations: requesting(seen, request) });
      return { request, seen };
    } catch (error) {
      if (isTransient(error)) {
        const there = (await leaseAt(world, place))?.request;
        if (there?.id === request.id && there.epoch === request.epoch) return { request, seen };
        if (world.clock.monotonic() - began >= patience) throw error;
        world.log.line(`  ${error.what} The request did not arrive. Asking again.`);
      } else if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      // Renewed or given away in between: read again.
      await world.clock.sleep(0.2);
    }
  }
}

/** Not yet answered, and meant for this holder. */
export const pendingOf = ({ request, answer, epoch }: LeaseView): Request | undefined =>
  request !== undefined && request.epoch === epoch && answer?.id !== request.id ? request : undefined;

/** An abort that this holder is to hear, or goes back for. */
function isAborting(lease: LeaseView): lease is LeaseView & { readonly request: Request } {
  const { request, answer, epoch } = lease;
  return request?.what === 'abort' && request.epoch === epoch && (answer?.id !== request.id || answer.is === 'accepted');
}

const replaced = (by: Request | undefined): Failure =>
  new Failure(
    'OPERATION_REFUSED',
    by === undefined ? 'The request was removed from the Lease.' : `${by.who} asked for \`${by.what}\` before this was answered.`,
    'See `operation: status`, and ask again.',
  );

const unanswered = ({ holder }: LeaseView, what: string, seconds: number, accepted: Answer | undefined): Failure =>
  new Failure(
    'NOT_ANSWERED',
    accepted === undefined
      ? `${holder} did not answer \`${what}\` within ${durationText(seconds)}, although it renews the Lease.`
      : `${holder} has accepted \`${what}\`, and has not ended within ${durationText(seconds)}.`,
    'It may be in a phase that hears nobody, such as going back. See its log and `operation: status`; a run that hangs can be cancelled.',
  );
