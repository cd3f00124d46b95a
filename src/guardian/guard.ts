import { beatPeriod } from '../domain/guardian/pulse.ts';
import { midPromotion } from '../domain/rollout/begin.ts';
import { mostFights } from '../domain/rollout/cause.ts';
import type { RecordedPhase } from '../domain/rollout/effect.ts';
import type { LeaseView } from '../domain/rollout/lease.ts';
import { isOver, listen } from '../domain/rollout/silence.ts';
import { isHandedOver, pauseGoesOn } from './pause.ts';
import type { Did, Guard, GuardMove, GuardPlan, Held, Observation, Pause, Watching } from './state.ts';

/** Seconds between two reads. */
export const paceOf = ({ leaseSeconds }: Pick<GuardPlan, 'leaseSeconds'>): number => Math.min(5, leaseSeconds / 6);

export const firstMove: GuardMove = { state: { phase: 'watching' }, action: { do: 'read', inSeconds: 0 } };

/**
 * One observation in, the next state and action out. Nothing but signs of life is written before the Lease stood unchanged for its whole
 * duration over an unbroken run of successful reads: an outage of the API server, which keeps the runner from renewing as well, starts
 * the counting anew.
 */
export function step(plan: GuardPlan, state: Guard, seen: Observation): GuardMove {
  switch (state.phase) {
    case 'watching':
      return watch(plan, state, seen);
    case 'taking':
      // No answer may mean that it was taken: the next read shows whose it is. What was seen until then still counts.
      return seen.on === 'done' ? goBack(state.held, seen.at) : readOn(plan, state.before);
    case 'restoring':
      return restore(plan, state, seen);
    case 'emptying':
      return stepEmptying(plan, state, seen);
    case 'telling':
      if (seen.on === 'done') return end(state.did);
      if (seen.on === 'overtaken') return end('overtaken');
      if (seen.on === 'announced') return tell(state.held, state.did, seen.to);
      return { state, action: { do: 'tell', held: state.held, did: state.did, told: state.told, inSeconds: paceOf(plan) } };
    case 'ended':
      return { state, action: { do: 'end' } };
  }
}

function watch(plan: GuardPlan, state: Watching, seen: Observation): GuardMove {
  const { run: _, ...anew } = state;
  switch (seen.on) {
    case 'lease':
      return watchLease(plan, state, seen);
    case 'lease-gone':
      return watchNoLease(plan, state, seen.at);
    case 'done':
      return readOn(plan, { ...state, beatAt: seen.at });
    case 'unanswered':
      return readOn(plan, anew);
    // What was refused, a read or a rehearsal, is tried again: RBAC takes a moment to be known everywhere.
    case 'refused':
    case 'undone':
    case 'overtaken':
    case 'announced':
    case 'stable':
      return readOn(plan, state);
  }
}

function watchLease(plan: GuardPlan, before: Watching, seen: Extract<Observation, { on: 'lease' }>): GuardMove {
  const { lease, at } = seen;
  const run = listen(before.run, lease.sign, lease.durationSeconds, at);
  const { pause: _, ...others } = before;
  const state: Watching = { ...others, run, last: lease };
  if (lease.holder === '' && !carriesTraffic(lease)) return end('relieved');
  if (isHandedOver(plan, lease)) return keepDeadline(plan, state, pauseGoesOn(before.pause, seen), lease);
  // Its own, from before it was started again: the work is not done.
  if (lease.holder === plan.me || isOver(run, lease.durationSeconds)) return take(lease, state);
  if (lease.epoch !== plan.epoch) return readOn(plan, state);
  if (state.beatAt === undefined) return { state, action: { do: 'rehearse' } };
  return isDue(plan, state, at) ? { state, action: { do: 'beat' } } : readOn(plan, state);
}

const isDue = (plan: GuardPlan, { beatAt }: Watching, at: number): boolean =>
  beatAt === undefined || at - beatAt >= beatPeriod(plan.leaseSeconds) - paceOf(plan) / 2;

const take = (found: LeaseView, before: Watching): GuardMove => ({
  state: { phase: 'taking', held: { epoch: found.epoch + 1, found, leaseGone: false }, before },
  action: { do: 'take', found },
});

/** Nobody renews the Lease of a pause: what counts is its deadline. Said at once when it begins, because its run waits for that. */
function keepDeadline(plan: GuardPlan, before: Watching, pause: Pause, lease: LeaseView): GuardMove {
  const state: Watching = { ...before, pause };
  if (pause.passed >= (lease.rollout?.deadline ?? 0)) return take(lease, state);
  if (before.beatAt === undefined && lease.epoch === plan.epoch && lease.guardian?.is !== 'pausing')
    return { state, action: { do: 'rehearse' } };
  const said = lease.guardian?.is === 'pausing' && lease.guardian.epoch === plan.epoch;
  if (said && !isDue(plan, before, pause.at)) return readOn(plan, state);
  return { state, action: { do: 'beat', pause: { passed: pause.passed, epoch: lease.epoch } } };
}

/** Without a Lease its runner writes no more. What was in it when it was last there says what there is to take back. */
function watchNoLease(plan: GuardPlan, before: Watching, at: number): GuardMove {
  const run = listen(before.run, 'gone', plan.leaseSeconds, at);
  const state: Watching = { ...before, run };
  if (before.last === undefined || !isOver(run, plan.leaseSeconds)) return readOn(plan, state);
  return goBack({ epoch: before.last.epoch + 1, found: before.last, leaseGone: true }, at);
}

/** The way back depends on where the users are. */
function goBack(held: Held, at: number): GuardMove {
  const phase = phaseOf(held.found);
  // Of a promotion that had passed only the tidying up is missing: whoever comes next reads in its phase that it ended well.
  if (phase === 'resting' || phase === 'preparing' || phase === 'promoted') return tell(held, 'nothing to move');
  if (midPromotion(phase))
    return { state: { phase: 'restoring', held, since: at, seen: at }, action: { do: 'restore-stable', held, inSeconds: 0 } };
  return empty(held);
}

const empty = (held: Held): GuardMove => ({
  state: { phase: 'emptying', held, undone: 0, refused: 0 },
  action: { do: 'empty', held, inSeconds: 0 },
});

/**
 * Whoever undoes it again and again, or refuses it for as long as stable would have, wins: people have to know then, and the next run may try.
 * An API server that does not answer is waited for.
 */
function stepEmptying(plan: GuardPlan, state: Extract<Guard, { phase: 'emptying' }>, seen: Observation): GuardMove {
  const { held } = state;
  if (seen.on === 'done') return announce(held, midPromotion(phaseOf(held.found)) ? 'stable restored, weight 0' : 'weight 0');
  if (seen.on === 'overtaken') return end('overtaken');
  const inSeconds = paceOf(plan);
  const undone = state.undone + (seen.on === 'undone' ? 1 : 0);
  const refused = state.refused + (seen.on === 'refused' ? inSeconds : 0);
  if ((seen.on === 'undone' && undone >= mostFights) || (seen.on === 'refused' && refused > plan.restoreSeconds))
    return announce({ ...held, reason: seen.reason }, 'weight 0 not reached');
  return { state: { ...state, undone, refused }, action: { do: 'empty', held, inSeconds } };
}

function restore(plan: GuardPlan, state: Extract<Guard, { phase: 'restoring' }>, seen: Observation): GuardMove {
  const { held } = state;
  if (seen.on === 'overtaken') return end('overtaken');
  if (seen.on === 'stable' && seen.available) return empty(held);
  // An API server that does not answer is waited for: nothing can be restored meanwhile, nor seen to be.
  const since = seen.on === 'unanswered' ? state.since + (seen.at - state.seen) : state.since;
  if (seen.at - since > plan.restoreSeconds) return announce(held, 'stable not restored in time');
  const inSeconds = paceOf(plan);
  const ordered = seen.on === 'done' || seen.on === 'stable';
  return { state: { ...state, since, seen: seen.at }, action: { do: ordered ? 'look-at-stable' : 'restore-stable', held, inSeconds } };
}

const readOn = (plan: GuardPlan, state: Watching): GuardMove => ({ state, action: { do: 'read', inSeconds: paceOf(plan) } });

/** People first: the Lease, which then says who knows, is given away with the same write. */
const announce = (held: Held, did: Did): GuardMove => ({
  state: { phase: 'telling', held, did, told: [] },
  action: { do: 'announce', held, did },
});

const tell = (held: Held, did: Did, told: readonly string[] = []): GuardMove => ({
  state: { phase: 'telling', held, did, told },
  action: { do: 'tell', held, did, told, inSeconds: 0 },
});

const end = (because: Extract<Guard, { phase: 'ended' }>['because']): GuardMove => ({
  state: { phase: 'ended', because },
  action: { do: 'end' },
});

/** A Lease without a record was edited by someone: weight 0 is what is safe then. */
const phaseOf = (lease: LeaseView): RecordedPhase => lease.rollout?.phase ?? 'stages';

const carriesTraffic = (lease: LeaseView): boolean => ['stages', 'paused'].includes(phaseOf(lease)) || midPromotion(phaseOf(lease));
