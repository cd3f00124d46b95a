import { type Cause, cancelled } from '../rollout/cause.ts';
import type { StepEvent } from '../rollout/step-event.ts';

/** What the machine needs to know of what is to be written: each step is one object. */
export interface RollingPlan {
  /** `waits`: after its write, its pods have to become Available before the next step. */
  readonly steps: readonly { readonly waits: boolean }[];
  /** In which order they are taken back: what pods read before the pods. Every step is in it once. */
  readonly wayBack: readonly number[];
  readonly smoke: boolean;
}

export type Rolling =
  | { readonly phase: 'writing'; readonly step: number }
  | { readonly phase: 'awaiting'; readonly step: number }
  | { readonly phase: 'smoking' }
  /** `at` is a place in `wayBack`; `reached` the last step that may have been written. `trouble`: what could not be taken back. */
  | {
      readonly phase: 'returning';
      readonly at: number;
      readonly reached: number;
      readonly cause: Cause;
      readonly trouble: readonly string[];
    }
  /** Everything is written back; the old pods have to become Available again. */
  | { readonly phase: 'settling'; readonly cause: Cause; readonly trouble: readonly string[] }
  | { readonly phase: 'ended'; readonly ending: RollingEnding };

export type RollingEnding =
  | { readonly outcome: 'promoted' }
  | { readonly outcome: 'rolled-back' | 'aborted' | 'unknown'; readonly cause: Cause };

/** Carried out in order; the event of the last one is the next input of `step`. One that fails ends the move with its event. */
export type RollingEffect =
  /** Written into the Lease before it is done. */
  | { readonly do: 'record'; readonly phase: 'writing' | 'returning' }
  | { readonly do: 'write'; readonly step: number }
  | { readonly do: 'await'; readonly step: number }
  | { readonly do: 'smoke' }
  /** Does nothing where the object is as it was, and leaves alone what others have written since. */
  | { readonly do: 'take-back'; readonly step: number }
  | { readonly do: 'await-back' }
  | { readonly do: 'alert' };

export interface RollingMove {
  readonly state: Rolling;
  readonly effects: readonly RollingEffect[];
}

export const beginRolling = (plan: RollingPlan): RollingMove => writing(plan, 0, [{ do: 'record', phase: 'writing' }]);

/** A successor that takes back what a run left: everything that may have been written. */
export const beginGoingBack = (plan: RollingPlan, cause: Cause): RollingMove => turn(plan, plan.steps.length - 1, cause);

export const leftByADeadRun: Cause = {
  kind: 'error',
  code: 'CANCELLED',
  text: 'An earlier run ended without taking its changes back.',
  remedy: 'Nothing: they are taken back now.',
};

export function step(plan: RollingPlan, state: Rolling, event: StepEvent): RollingMove {
  if (state.phase === 'ended') return { state, effects: [] };
  if (event.on === 'lock-lost') return ended({ outcome: 'unknown', cause: lost(event.text) });
  if (state.phase === 'returning' || state.phase === 'settling') return back(plan, state, event);
  const reached = 'step' in state ? state.step : plan.steps.length - 1;
  if (event.on === 'cancelled') return turn(plan, reached, cancelled(event.by));
  if (event.on === 'failed') return turn(plan, reached, event.cause);
  if (state.phase === 'smoking') return ended({ outcome: 'promoted' });
  const waits = state.phase === 'writing' && plan.steps[state.step]?.waits === true;
  return waits
    ? { state: { phase: 'awaiting', step: state.step }, effects: [{ do: 'await', step: state.step }] }
    : writing(plan, state.step + 1);
}

function writing(plan: RollingPlan, next: number, before: readonly RollingEffect[] = []): RollingMove {
  if (next < plan.steps.length) return { state: { phase: 'writing', step: next }, effects: [...before, { do: 'write', step: next }] };
  if (plan.smoke) return { state: { phase: 'smoking' }, effects: [...before, { do: 'smoke' }] };
  return ended({ outcome: 'promoted' });
}

function turn(plan: RollingPlan, reached: number, cause: Cause): RollingMove {
  return takingBack(plan, { phase: 'returning', at: 0, reached, cause, trouble: [] }, [{ do: 'record', phase: 'returning' }]);
}

type Returning = Extract<Rolling, { phase: 'returning' }>;

function takingBack(plan: RollingPlan, state: Returning, before: readonly RollingEffect[] = []): RollingMove {
  const next = plan.wayBack.findIndex((index, at) => at >= state.at && index <= state.reached);
  const index = plan.wayBack[next];
  if (index === undefined) {
    const { cause, trouble } = state;
    return { state: { phase: 'settling', cause, trouble }, effects: [...before, { do: 'await-back' }] };
  }
  return { state: { ...state, at: next }, effects: [...before, { do: 'take-back', step: index }] };
}

/** Nothing stops the way back: what cannot be taken back is remembered, and the rest goes on. Nor does a second cancel. */
function back(plan: RollingPlan, state: Extract<Rolling, { phase: 'returning' | 'settling' }>, event: StepEvent): RollingMove {
  const trouble = event.on === 'failed' ? [...state.trouble, event.cause.text] : state.trouble;
  if (state.phase === 'returning') {
    const again = event.on === 'cancelled' ? state.at : state.at + 1;
    return takingBack(plan, { ...state, at: again, trouble });
  }
  if (event.on === 'cancelled') return { state, effects: [{ do: 'await-back' }] };
  return ended(
    trouble.length === 0
      ? { outcome: state.cause.kind === 'cancel' ? 'aborted' : 'rolled-back', cause: state.cause }
      : unconfirmed(state.cause, trouble),
  );
}

const unconfirmed = (cause: Cause, trouble: readonly string[]): RollingEnding => ({
  outcome: 'unknown',
  cause: {
    ...cause,
    text: `${cause.text} And not everything could be taken back: ${trouble.join(' ')}`,
    remedy: 'Look at the workloads at once (kubectl rollout status), and take back by hand what is named here.',
  },
});

function ended(ending: RollingEnding): RollingMove {
  return { state: { phase: 'ended', ending }, effects: [{ do: 'alert' }] };
}

const lost = (text: string): Cause => ({
  kind: 'error',
  code: 'LOCK_LOST',
  text,
  remedy: 'See the run that has the Lease now: it decides what runs. This one has stopped writing.',
});
