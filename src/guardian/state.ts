import type { LeaseView } from '../domain/rollout/lease.ts';
import type { Silence } from '../domain/rollout/silence.ts';

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
  /** `before`: what it goes on with where it did not get the Lease. */
  | { readonly phase: 'taking'; readonly held: Held; readonly before: Watching }
  /**
   * Users are on the canary and stable is half changed: it is mended before traffic returns to it. Monotonic seconds: `since` is later by
   * as long as nobody answered, `seen` is of the last observation.
   */
  | { readonly phase: 'restoring'; readonly held: Held; readonly since: number; readonly seen: number }
  /** `undone`: so often weight 0 did not last. `refused`: seconds in which it was refused. */
  | { readonly phase: 'emptying'; readonly held: Held; readonly undone: number; readonly refused: number }
  /** `told`: names of those who know of it already. */
  | { readonly phase: 'telling'; readonly held: Held; readonly did: Did; readonly told: readonly string[] }
  | { readonly phase: 'ended'; readonly because: 'relieved' | 'overtaken' | Did };

export interface Watching {
  readonly phase: 'watching';
  /** Missing: the next read begins one. */
  readonly run?: Silence;
  /** When it last gave a sign of life; missing until its writes were rehearsed. */
  readonly beatAt?: number;
  /** The Lease when it was last there. */
  readonly last?: LeaseView;
  readonly pause?: Pause;
}

/** What it took over. */
export interface Held {
  readonly epoch: number;
  /** As the dead run left it. */
  readonly found: LeaseView;
  /** Someone deleted the Lease: there is none to hold. */
  readonly leaseGone: boolean;
  /** Why the route still leads to the canary. */
  readonly reason?: string;
}

export type Did = 'nothing to move' | 'weight 0' | 'stable restored, weight 0' | 'stable not restored in time' | 'weight 0 not reached';

export type Action =
  | { readonly do: 'read'; readonly inSeconds: number }
  /** A dry run of the very writes that going back needs, and the word that they work. */
  | { readonly do: 'rehearse' }
  /** `pause`: it keeps its deadline, of which so many seconds have passed. `epoch`: as the Lease has it now. */
  | { readonly do: 'beat'; readonly pause?: { readonly passed: number; readonly epoch: number } }
  | { readonly do: 'take'; readonly found: LeaseView }
  | { readonly do: 'restore-stable' | 'look-at-stable' | 'empty'; readonly held: Held; readonly inSeconds: number }
  /** To people, each once. Cannot fail: whoever cannot be told is left for the next run to tell. */
  | { readonly do: 'announce'; readonly held: Held; readonly did: Did }
  | { readonly do: 'tell'; readonly held: Held; readonly did: Did; readonly told: readonly string[]; readonly inSeconds: number }
  | { readonly do: 'end' };

/** What came of an action. `at` is monotonic seconds. */
export type Observation =
  /** `signAge`: seconds since the guardian's sign in it was written, by the wall clock, which is wrong by as much as two machines differ. */
  | { readonly on: 'lease'; readonly at: number; readonly lease: LeaseView; readonly signAge: number }
  | { readonly on: 'lease-gone'; readonly at: number }
  | { readonly on: 'stable'; readonly at: number; readonly available: boolean }
  | { readonly on: 'done'; readonly at: number }
  | { readonly on: 'announced'; readonly at: number; readonly to: readonly string[] }
  /** The API server gave no answer, or none that says anything. */
  | { readonly on: 'unanswered'; readonly at: number; readonly reason: string }
  | { readonly on: 'refused'; readonly at: number; readonly reason: string }
  /** What was written did not last: someone else writes it too. */
  | { readonly on: 'undone'; readonly at: number; readonly reason: string }
  /** Someone else holds the Lease, or wrote the route with a later epoch. */
  | { readonly on: 'overtaken'; readonly at: number };

export interface GuardMove {
  readonly state: Guard;
  readonly action: Action;
}

/** How much of a deadline has passed. Times are seconds, `at` monotonic. */
export interface Pause {
  readonly passed: number;
  readonly at: number;
}
