import type { Evidence } from '../analysis/evidence.ts';
import type { Cause } from './cause.ts';
import type { Effect } from './effect.ts';
import type { Watch } from './watch.ts';

/** Where a rollout is. Each phase has the fields that mean something in it, and no others. */
export type Rollout =
  | { readonly phase: 'claiming'; readonly next: 'prepare' | 'promote' | 'tidy' }
  | {
      readonly phase: 'claiming';
      readonly next: 'restore' | 'withdraw';
      readonly cause: Cause;
      readonly again: boolean;
      readonly enough?: number;
    }
  | { readonly phase: 'preparing' }
  | { readonly phase: 'smoking' }
  /** Nobody is on the canary yet. */
  | { readonly phase: 'scaling'; readonly stage: number }
  /**
   * The pods of `stage` come up, since then, while the canary's users keep the weight of the stage `kept` and are watched on. `there`: they
   * were, when they were last waited for.
   */
  | {
      readonly phase: 'growing';
      readonly stage: number;
      readonly kept: number;
      readonly watch: Watch;
      readonly since: number;
      readonly there: boolean;
    }
  | { readonly phase: 'shifting'; readonly stage: number }
  | { readonly phase: 'holding'; readonly stage: number; readonly watch: Watch }
  /**
   * The weight is kept and measured until a person decides, `since` then. `stage` is -1 before the first one. `passed`: this weight was kept long
   * enough already.
   */
  | { readonly phase: 'paused'; readonly stage: number; readonly watch: Watch; readonly since: number; readonly passed: boolean }
  /** The pause outlasts the run: the guardian is to take over its deadline. */
  | { readonly phase: 'leaving'; readonly stage: number }
  /** The canary carries 100 %, stable gets the new image. `troubled`: its pods were in trouble at the last look. */
  | { readonly phase: 'promoting'; readonly watch: Watch; readonly troubled: boolean }
  /** Stable has the new image and takes its traffic back, under the same criteria. */
  | { readonly phase: 'returning'; readonly watch: Watch; readonly troubled: boolean }
  /**
   * Stable gets its old image back before any traffic returns to it. `again`: afterwards this run's own rollout starts. `enough`: the canary is
   * what harms, and its users wait no longer than until so many pods of stable are ready with the old image. `leave`: stable is what is wrong,
   * and its users go to the canary meanwhile.
   */
  | {
      readonly phase: 'restoring';
      readonly cause: Cause;
      readonly since: number;
      readonly again: boolean;
      readonly enough?: number;
      readonly leave?: boolean;
    }
  /** The canary's weight goes to 0, and stays being written until that is confirmed. `disturbed`: for the second time. */
  | { readonly phase: 'emptying'; readonly ending: Ending; readonly again: boolean; readonly disturbed: boolean }
  /** Weight 0 is confirmed; what is in flight ends, and the measured share has to follow. */
  | {
      readonly phase: 'draining';
      readonly ending: Ending;
      readonly disturbed: boolean;
      readonly since: number;
      readonly evidence: Evidence;
    }
  | { readonly phase: 'resting'; readonly ending: Ending }
  | { readonly phase: 'ended'; readonly ending: Ending };

export type Ending =
  | { readonly outcome: 'promoted' | 'analysed' | 'paused' }
  | { readonly outcome: 'rolled-back' | 'aborted' | 'unknown'; readonly cause: Cause };

/** `effects` is empty only in an ended rollout that has told everyone. */
export interface Move {
  readonly state: Rollout;
  readonly effects: readonly Effect[];
}

export type In<Phase extends Rollout['phase']> = Extract<Rollout, { phase: Phase }>;

/** The phases in which a rollout has not turned round and is not over. */
export type Forward = Exclude<Rollout['phase'], 'restoring' | 'emptying' | 'draining' | 'resting' | 'ended'>;
