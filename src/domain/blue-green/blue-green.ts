import { type Cause, cancelled } from '../rollout/cause.ts';
import type { StepEvent } from '../rollout/step-event.ts';
import type { BlueGreenOperation, BlueGreenPhase, BlueGreenRecord } from './record.ts';

/** What the machine needs to know of a run. Which colour is which is a matter of who carries its effects out. */
export interface BlueGreenPlan {
  /** A deployment whose switch is not confirmed goes back. A rollback never does: back is what users were to be saved from. */
  readonly operation: BlueGreenOperation;
  /** Something is asked of the new colour before it gets users. */
  readonly checks: boolean;
  /** A command decides, after the checks, whether the switch takes place. */
  readonly hook: boolean;
  /** The new colour is watched before the old one is put to rest. */
  readonly watch: boolean;
}

export type BlueGreen =
  | { readonly phase: 'preparing' | 'checking' | 'switching' | 'watching' | 'retiring' }
  /** Users are being sent back. */
  | { readonly phase: 'returning'; readonly cause: Cause }
  /** No user is on the new colour (any more); it becomes again what it was. */
  | { readonly phase: 'resting'; readonly cause: Cause }
  | { readonly phase: 'ended'; readonly ending: BlueGreenEnding };

export type BlueGreenEnding =
  /** `trouble`: the users are on the new colour for good, and the old one could not be put to rest. */
  | { readonly outcome: 'promoted'; readonly trouble?: string }
  | { readonly outcome: 'rolled-back' | 'aborted' | 'unknown'; readonly cause: Cause };

/** Carried out in order; the event of the last one is the next input of `step`. One that fails ends the move with its event. */
export type BlueGreenEffect =
  /** Written into the Lease before what it announces is done. */
  | { readonly do: 'record'; readonly phase: BlueGreenPhase }
  /** The route gets this run's epoch, so that a run before this one cannot write it any more. No user moves. */
  | { readonly do: 'claim' }
  | { readonly do: 'deploy' }
  | { readonly do: 'await' }
  | { readonly do: 'check' }
  | { readonly do: 'hook' }
  | { readonly do: 'switch' }
  | { readonly do: 'watch' }
  | { readonly do: 'drain' }
  | { readonly do: 'retire' }
  | { readonly do: 'switch-back' }
  /** Image and size of the new colour become what they were. */
  | { readonly do: 'rest' }
  | { readonly do: 'alert' };

export interface BlueGreenMove {
  readonly state: BlueGreen;
  readonly effects: readonly BlueGreenEffect[];
}

export const beginBlueGreen = (): BlueGreenMove => ({
  state: { phase: 'preparing' },
  effects: [{ do: 'record', phase: 'preparing' }, { do: 'claim' }, { do: 'deploy' }, { do: 'await' }],
});

/**
 * What a run left. Of a deployment only what had passed its watch is finished forward; a rollback is always, unless it was on its way back
 * itself, because what it wanted to go to did not become available.
 */
export function beginFromLeft({ phase, operation }: Pick<BlueGreenRecord, 'phase' | 'operation'>, cause: Cause): BlueGreenMove {
  if (phase === 'retiring') return { state: { phase: 'retiring' }, effects: [{ do: 'claim' }, { do: 'drain' }, { do: 'retire' }] };
  if (operation === 'rollback' && phase === 'preparing') return beginBlueGreen();
  // Its pods were available before this was recorded, and users may be on them by now.
  if (operation === 'rollback' && phase !== 'returning') return switching;
  // The route is asked anew by the write itself: one that already says what is wanted is left as it is.
  return returning(cause);
}

const switching: BlueGreenMove = { state: { phase: 'switching' }, effects: [{ do: 'record', phase: 'switching' }, { do: 'switch' }] };

export function step(plan: BlueGreenPlan, state: BlueGreen, event: StepEvent): BlueGreenMove {
  if (state.phase === 'ended') return { state, effects: [] };
  if (event.on === 'lock-lost') return ended({ outcome: 'unknown', cause: lost(event.text) });
  // Somebody else has moved the users meanwhile: nobody here can say how it ends.
  const drift = event.on === 'failed' && event.cause.kind === 'drift' ? event.cause : undefined;
  switch (state.phase) {
    case 'returning':
      if (event.on === 'cancelled') return { state, effects: [{ do: 'switch-back' }] };
      // Whoever may still serve users keeps its pods.
      if (event.on === 'failed') return ended({ outcome: 'unknown', cause: unconfirmed(plan, state.cause, event.cause) });
      return resting(state.cause, [{ do: 'drain' }]);
    case 'resting':
      if (event.on === 'cancelled') return { state, effects: [{ do: 'rest' }] };
      if (drift !== undefined) return ended({ outcome: 'unknown', cause: unconfirmed(plan, state.cause, drift) });
      return ended(wentBack(event.on === 'failed' ? leftOver(state.cause, event.cause) : state.cause));
    case 'retiring':
      if (event.on === 'cancelled') return { state, effects: [{ do: 'retire' }] };
      if (drift !== undefined) return ended({ outcome: 'unknown', cause: drift });
      // Nobody serves the users there any more, and the old colour still has its pods.
      if (event.on === 'failed' && event.cause.kind === 'crash' && plan.operation === 'deploy') return returning(event.cause);
      return ended({ outcome: 'promoted', ...(event.on === 'failed' ? { trouble: event.cause.text } : {}) });
    default:
      return forward(plan, state.phase, event);
  }
}

type Forward = Extract<BlueGreen['phase'], 'preparing' | 'checking' | 'switching' | 'watching'>;

function forward(plan: BlueGreenPlan, phase: Forward, event: Exclude<StepEvent, { on: 'lock-lost' }>): BlueGreenMove {
  if (event.on !== 'done') return hindered(plan, phase, event);
  const asked: readonly BlueGreenEffect[] = [
    ...(plan.checks ? [{ do: 'check' } as const] : []),
    ...(plan.hook ? [{ do: 'hook' } as const] : []),
  ];
  if (phase === 'preparing' && asked.length > 0) return { state: { phase: 'checking' }, effects: asked };
  if (phase === 'preparing' || phase === 'checking') return switching;
  if (phase === 'switching' && plan.watch)
    return { state: { phase: 'watching' }, effects: [{ do: 'record', phase: 'watching' }, { do: 'watch' }] };
  return { state: { phase: 'retiring' }, effects: [{ do: 'record', phase: 'retiring' }, { do: 'drain' }, { do: 'retire' }] };
}

function hindered({ operation }: BlueGreenPlan, phase: Forward, event: Extract<StepEvent, { on: 'failed' | 'cancelled' }>): BlueGreenMove {
  if (operation === 'rollback' && phase === 'switching') {
    if (event.on === 'cancelled') return { state: { phase }, effects: [{ do: 'switch' }] };
    // The record stays at `switching`: whoever comes next finishes it.
    return ended({ outcome: 'unknown', cause: unfinished(event.cause) });
  }
  const cause = event.on === 'cancelled' ? cancelled(event.by) : event.cause;
  return phase === 'preparing' || phase === 'checking' ? resting(cause, [{ do: 'record', phase: 'returning' }]) : returning(cause);
}

const returning = (cause: Cause): BlueGreenMove => ({
  state: { phase: 'returning', cause },
  effects: [{ do: 'switch-back' }, { do: 'record', phase: 'returning' }],
});

const resting = (cause: Cause, before: readonly BlueGreenEffect[]): BlueGreenMove => ({
  state: { phase: 'resting', cause },
  effects: [...before, { do: 'rest' }],
});

const ended = (ending: BlueGreenEnding): BlueGreenMove => ({ state: { phase: 'ended', ending }, effects: [{ do: 'alert' }] });

const wentBack = (cause: Cause): BlueGreenEnding => ({ outcome: cause.kind === 'cancel' ? 'aborted' : 'rolled-back', cause });

export const leftByADeadRun: Cause = {
  kind: 'error',
  code: 'CANCELLED',
  text: 'An earlier run ended without taking its changes back.',
  remedy: 'Nothing: they are taken back now.',
};

const unfinished = (cause: Cause): Cause => ({
  ...cause,
  text: `${cause.text} Users were not led back to what they were to be saved from, and both colours keep their pods.`,
  remedy: `${cause.remedy} Then run the rollback again, which finishes it.`,
});

const unconfirmed = ({ operation }: BlueGreenPlan, cause: Cause, trouble: Cause): Cause => ({
  ...cause,
  text: `${cause.text} And switching back could not be confirmed: ${trouble.text}`,
  remedy:
    operation === 'rollback'
      ? 'Look at the route at once: it has to lead to a colour with ready pods. Those of both are still there.'
      : 'Look at the route at once, and let it lead to the old colour. Its pods are still there.',
});

const leftOver = (cause: Cause, trouble: Cause): Cause => ({
  ...cause,
  text: `${cause.text} No user is on the new colour, but it could not be put to rest: ${trouble.text}`,
});

const lost = (text: string): Cause => ({
  kind: 'error',
  code: 'LOCK_LOST',
  text,
  remedy: 'See the run that has the Lease now: it decides which colour gets the users. This one has stopped writing.',
});
