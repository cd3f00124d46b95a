import type { Reading } from '../analysis/reading.ts';
import type { Diagnosis } from '../kubernetes/diagnosis.ts';
import type { RolloutStatus } from '../kubernetes/rollout-status.ts';

/** All that is known at one moment of a rollout. `at` is monotonic seconds: the only time a decision sees. */
export interface Sample {
  readonly at: number;
  readonly cluster: ClusterView | { readonly is: 'no-answer'; readonly reason: string };
  readonly reading: Reading;
  /** Its heartbeat has stopped. Missing: it beats, or it is not known, or there is none. */
  readonly guardian?: 'lost';
}

export interface ClusterView {
  readonly is: 'answer';
  readonly canary: { readonly readyEndpoints: number; readonly trouble?: Diagnosis; readonly awaited?: AwaitedPods };
  readonly route: RouteView;
  /** Looked at only while stable is being changed. */
  readonly stable?: StableView;
}

/** Looked at only while the canary is given more pods. */
export type AwaitedPods = { readonly are: 'there' } | { readonly are: 'missing'; readonly waitingFor: string };

export interface StableView {
  readonly status: RolloutStatus;
  /** Ready pods of that template: at least so many. */
  readonly ready: number;
  /** Which image its pod template names. `foreign` is neither the old nor the new one: someone else changed it. */
  readonly runs: 'old' | 'new' | 'foreign';
  readonly trouble?: Diagnosis;
}

/** The route compared with what was last written by this run. */
export type RouteView =
  | { readonly is: 'as-ordered'; readonly note?: string }
  /** `fight`: for the so manieth time in this rollout. */
  | { readonly is: 'changed'; readonly what: string; readonly by: string; readonly fight: number }
  | { readonly is: 'gone' }
  /** Its epoch is a later one: a successor writes here now. */
  | { readonly is: 'taken' };
