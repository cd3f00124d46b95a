import { beatPeriod } from '../domain/guardian/pulse.ts';
import { midPromotion } from '../domain/rollout/begin.ts';
import type { RecordedPhase } from '../domain/rollout/effect.ts';
import type { LeaseView } from '../domain/rollout/lease.ts';

export interface GuardPlan {
  /** Its own name as a holder of the Lease. */
  readonly me: string;
  /** Of the run that made it: heartbeats are for that one only. */
  readonly epoch: number;
  readonly leaseSeconds: number;
  readonly restoreSeconds: number;
}

export type Guard =
  | Watching
  | { readonly phase: 'taking'; readonly held: Held }
  /** Users are on the canary and stable is half changed: it is mended before traffic returns to it. `since` is monotonic seconds. */
  | { readonly phase: 'restoring'; readonly held: Held; readonly since: number }
  | { readonly phase: 'emptying'; readonly held: Held }
  /** `told`: names of those who know of it already. */
  | { readonly phase: 'telling'; readonly held: Held; readonly did: Did; readonly told: readonly string[] }
  | { readonly phase: 'ended'; readonly because: 'relieved' | 'overtaken' | Did };

export interface Watching {
  readonly phase: 'watching';
  /** An unbroken run of successful reads that all saw the same. Missing: the next read begins one. */
  readonly run?: { readonly sign: string; readonly since: number; readonly seen: number };
  /** When it last gave a sign of life; missing until its writes were rehearsed. */
  readonly beatAt?: number;
  /** The Lease when it was last there. */
  readonly last?: LeaseView;
}

/** What it took over. */
export interface Held {
  readonly epoch: number;
  /** As the dead run left it. */
  readonly found: LeaseView;
  /** Someone deleted the Lease: there is none to hold. */
  readonly leaseGone: boolean;
}

export type Did = 'nothing to move' | 'weight 0' | 'stable restored, weight 0' | 'stable not restored in time';

export type Action =
  | { readonly do: 'read'; readonly inSeconds: number }
  /** A dry run of the very writes that going back needs, and the word that they work. */
  | { readonly do: 'rehearse' }
  | { readonly do: 'beat' }
  | { readonly do: 'take'; readonly found: LeaseView }
  | { readonly do: 'restore-stable' | 'look-at-stable' | 'empty'; readonly held: Held; readonly inSeconds: number }
  /** To people, each once. Cannot fail: whoever cannot be told is left for the next run to tell. */
  | { readonly do: 'announce'; readonly held: Held; readonly did: Did }
  | { readonly do: 'tell'; readonly held: Held; readonly did: Did; readonly told: readonly string[]; readonly inSeconds: number }
  | { readonly do: 'end' };

/** What came of an action. `at` is monotonic seconds. */
export type Observation =
  | { readonly on: 'lease'; readonly at: number; readonly lease: LeaseView }
  | { readonly on: 'lease-gone'; readonly at: number }
  | { readonly on: 'stable'; readonly at: number; readonly available: boolean }
  | { readonly on: 'done'; readonly at: number }
  | { readonly on: 'announced'; readonly at: number; readonly to: readonly string[] }
  /** The API server gave no answer, or none that says anything. */
  | { readonly on: 'unanswered'; readonly at: number; readonly reason: string }
  | { readonly on: 'refused'; readonly at: number; readonly reason: string }
  /** Someone else holds the Lease, or wrote the route with a later epoch. */
  | { readonly on: 'overtaken'; readonly at: number };

export interface GuardMove {
  readonly state: Guard;
  readonly action: Action;
}

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
      // No answer may mean that it was taken: the next read shows whose it is.
      return seen.on === 'done' ? goBack(state.held, seen.at) : readOn(plan, { phase: 'watching', last: state.held.found });
    case 'restoring':
      return restore(plan, state, seen);
    case 'emptying':
      if (seen.on === 'done')
        return announce(state.held, midPromotion(phaseOf(state.held.found)) ? 'stable restored, weight 0' : 'weight 0');
      if (seen.on === 'overtaken') return end('overtaken');
      return { state, action: { do: 'empty', held: state.held, inSeconds: paceOf(plan) } };
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
      return watchLease(plan, state, seen.lease, seen.at);
    case 'lease-gone':
      return watchNoLease(plan, state, seen.at);
    case 'done':
      return readOn(plan, { ...state, beatAt: seen.at });
    case 'unanswered':
      return readOn(plan, anew);
    // What was refused, a read or a rehearsal, is tried again: RBAC takes a moment to be known everywhere.
    case 'refused':
    case 'overtaken':
    case 'announced':
    case 'stable':
      return readOn(plan, state);
  }
}

function watchLease(plan: GuardPlan, before: Watching, lease: LeaseView, at: number): GuardMove {
  const run = counted(before.run, lease.sign, lease.durationSeconds, at);
  const state: Watching = { ...before, run, last: lease };
  if (lease.holder === '' && !carriesTraffic(lease)) return end('relieved');
  // Its own, from before it was started again: the work is not done.
  if (lease.holder === plan.me || at - run.since >= lease.durationSeconds) {
    return {
      state: { phase: 'taking', held: { epoch: lease.epoch + 1, found: lease, leaseGone: false } },
      action: { do: 'take', found: lease },
    };
  }
  if (lease.epoch !== plan.epoch) return readOn(plan, state);
  if (state.beatAt === undefined) return { state, action: { do: 'rehearse' } };
  const due = at - state.beatAt >= beatPeriod(plan.leaseSeconds) - paceOf(plan) / 2;
  return due ? { state, action: { do: 'beat' } } : readOn(plan, state);
}

/** Without a Lease its runner writes no more. What was in it when it was last there says what there is to take back. */
function watchNoLease(plan: GuardPlan, before: Watching, at: number): GuardMove {
  const run = counted(before.run, 'gone', plan.leaseSeconds, at);
  const state: Watching = { ...before, run };
  if (before.last === undefined || at - run.since < plan.leaseSeconds) return readOn(plan, state);
  return goBack({ epoch: before.last.epoch + 1, found: before.last, leaseGone: true }, at);
}

/** A pause between two reads that is long enough to have missed an outage breaks the run: this process was stopped, or its machine. */
function counted(run: Watching['run'], sign: string, duration: number, at: number): NonNullable<Watching['run']> {
  const unbroken = run?.sign === sign && at - run.seen <= duration / 2;
  return unbroken ? { ...run, seen: at } : { sign, since: at, seen: at };
}

/** The way back depends on where the users are. */
function goBack(held: Held, at: number): GuardMove {
  const phase = phaseOf(held.found);
  if (phase === 'resting' || phase === 'preparing') return tell(held, 'nothing to move');
  if (midPromotion(phase)) return { state: { phase: 'restoring', held, since: at }, action: { do: 'restore-stable', held, inSeconds: 0 } };
  return { state: { phase: 'emptying', held }, action: { do: 'empty', held, inSeconds: 0 } };
}

function restore(plan: GuardPlan, state: Extract<Guard, { phase: 'restoring' }>, seen: Observation): GuardMove {
  const { held, since } = state;
  if (seen.on === 'overtaken') return end('overtaken');
  if (seen.on === 'stable' && seen.available) return { state: { phase: 'emptying', held }, action: { do: 'empty', held, inSeconds: 0 } };
  if (seen.at - since > plan.restoreSeconds) return announce(held, 'stable not restored in time');
  const inSeconds = paceOf(plan);
  const ordered = seen.on === 'done' || seen.on === 'stable';
  return { state, action: { do: ordered ? 'look-at-stable' : 'restore-stable', held, inSeconds } };
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

const carriesTraffic = (lease: LeaseView): boolean => phaseOf(lease) === 'stages' || midPromotion(phaseOf(lease));
