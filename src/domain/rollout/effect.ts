import type { Reading } from '../analysis/reading.ts';
import type { Cause } from './cause.ts';
import type { Answer, Request } from './request.ts';
import type { Sample } from './sample.ts';

/**
 * What the world has to do next. The effects of a move are carried out in order; the last one's event is the next input of
 * `step`. An effect that fails ends the move early with a `failed` event.
 */
export type Effect =
  /** The first touch of the route: our epoch, and weight 0 unless traffic must stay where a broken run left it. */
  | { readonly do: 'claim'; readonly weight: 0 | 'as-found' }
  /** Written down in the Lease before it is done, so that a successor knows how to go back. */
  | { readonly do: 'record'; readonly phase: RecordedPhase; readonly weight: number; readonly paused?: true; readonly enough?: number }
  | { readonly do: 'set-canary'; readonly replicas: number }
  /**
   * `autoscaled`: at least so many, with an autoscaler of its own that may add to them. `atRest`: no more than so many, whatever there were; a
   * canary that is not there needs none.
   */
  | { readonly do: 'scale-canary'; readonly replicas: number; readonly autoscaled?: true; readonly atRest?: true }
  /**
   * `looking`: the canary has users already. It waits no longer than so many seconds, and then looks at everything; pods that are not there
   * at the end of the `last` wait have failed.
   */
  | {
      readonly do: 'await-canary';
      readonly replicas: number;
      readonly autoscaled?: true;
      readonly looking?: { readonly inSeconds: number; readonly last: boolean };
    }
  /** Stable's autoscaler may not scale it below the size it has now. Recorded before it is written; does nothing where nothing sets its size. */
  | { readonly do: 'pin-minima' }
  /** Puts back what was pinned, by this run or by a dead one. Does nothing where nothing is recorded. */
  | { readonly do: 'release-minima' }
  | { readonly do: 'smoke' }
  /** Done only when every parent of the route accepted it. `urgent`: the way to weight 0, tried again until a deadline. */
  | { readonly do: 'shift'; readonly weight: number; readonly urgent: boolean }
  /** Takes the reading that the next ones are counted from. Asks the metric store only. */
  | { readonly do: 'measure' }
  /**
   * Waits so long, or until stable is Available where asked, and then looks at everything; at stable's pods only where asked. `enough`: so many
   * ready pods of its template do as well. `growing`: pods of the canary that are only coming up are not judged. `unmeasured`: there is no time for a metric store that may hang.
   */
  | {
      readonly do: 'observe';
      readonly inSeconds: number;
      readonly until?: 'stable-available';
      readonly enough?: number;
      readonly stable?: true;
      readonly growing?: true;
      readonly unmeasured?: true;
    }
  | { readonly do: 'set-stable' }
  /** Does nothing when stable does not run the new image. */
  | { readonly do: 'restore-stable' }
  /** Done only when the guardian has acknowledged this run's epoch. Before any weight. */
  | { readonly do: 'post-guardian' }
  /** Does nothing when there is none. */
  | { readonly do: 'dismiss-guardian' }
  /** Done only when the guardian has taken over the deadline of a pause. */
  | { readonly do: 'hand-over' }
  /** Goes out with the next renewal of the Lease, and delays nothing. */
  | ({ readonly do: 'answer' } & Answer)
  /** Told at the end, beside the outcome. */
  | { readonly do: 'remark'; readonly text: string }
  | { readonly do: 'alert' }
  /** Of the rollout that a run before this one left unfinished, now that its traffic is back. Does nothing for those who know. */
  | { readonly do: 'tell-of-run-before' };

/**
 * How a rollout stands in the Lease. What a successor does about each is decided in `begin`. `promoted`: only the tidying is left. `paused`:
 * its run has ended, or is about to, and the guardian keeps the deadline; a run that waits itself is in its `stages`.
 */
export const recordedPhases = [
  'resting',
  'preparing',
  'stages',
  'paused',
  'promoting',
  'returning',
  'restoring',
  'emptying',
  'promoted',
] as const;
export type RecordedPhase = (typeof recordedPhases)[number];

/** `at` is monotonic seconds. */
export type RolloutEvent =
  | { readonly on: 'done'; readonly at: number }
  | { readonly on: 'measured'; readonly at: number; readonly reading: Reading }
  /** `doing`: what was not done. */
  | { readonly on: 'failed'; readonly at: number; readonly cause: Cause; readonly doing: Effect['do'] }
  | { readonly on: 'sample'; readonly at: number; readonly sample: Sample }
  | { readonly on: 'cancelled'; readonly at: number; readonly by: string }
  /** Delivered only in a phase that hears it. */
  | { readonly on: 'asked'; readonly at: number; readonly request: Request }
  /** The Lease or the route's epoch is someone else's: nothing may be written any more. */
  | { readonly on: 'lock-lost'; readonly at: number; readonly text: string };
