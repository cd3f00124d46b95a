import type { RollingEnding } from '../rolling/rolling.ts';
import { type Cause, cancelled } from '../rollout/cause.ts';
import { type Part, type PartState, type PartStates, returnable, startable } from './part-order.ts';

/** What the machine of one cluster needs to know. */
export interface ReleasePlan {
  /** In the order of the file. */
  readonly parts: readonly Part[];
  /** So many are rolled out, or go back, side by side. */
  readonly atOnce: number;
  readonly onFailure: 'stop' | 'revert';
  readonly backup: boolean;
  readonly smoke: boolean;
}

export type ReleaseOutcome = 'promoted' | 'rolled-back' | 'aborted' | 'stopped' | 'not-started' | 'unknown';

/** What is not as wanted has a reason. */
export type ReleaseEnding =
  | { readonly outcome: 'promoted' }
  | { readonly outcome: Exclude<ReleaseOutcome, 'promoted'>; readonly cause: Cause };

/** `cause`: the first thing that went wrong. `trouble`: what could not be taken back. */
export type Release =
  | { readonly phase: 'backing-up'; readonly parts: PartStates; readonly cause: Cause | undefined }
  | { readonly phase: 'rolling'; readonly parts: PartStates; readonly cause: Cause | undefined; readonly trouble: readonly string[] }
  | { readonly phase: 'smoking'; readonly parts: PartStates; readonly cause: Cause | undefined }
  /** Everything is as wanted here; whether it stays is decided by the other clusters. */
  | { readonly phase: 'ready'; readonly parts: PartStates }
  | { readonly phase: 'keeping'; readonly parts: PartStates; readonly cause: Cause | undefined; readonly trouble: readonly string[] }
  | { readonly phase: 'returning'; readonly parts: PartStates; readonly cause: Cause; readonly trouble: readonly string[] }
  | ({ readonly phase: 'ended'; readonly parts: PartStates } & ReleaseEnding);

export type ReleaseEffect =
  | { readonly do: 'back-up' }
  | { readonly do: 'roll'; readonly part: string }
  | { readonly do: 'smoke' }
  /** What was there before is forgotten, and the lock given away. */
  | { readonly do: 'keep'; readonly part: string }
  | { readonly do: 'return'; readonly part: string; readonly cause: Cause };

export type ReleaseEvent =
  | { readonly on: 'backed-up' }
  | { readonly on: 'rolled'; readonly part: string; readonly ending: RollingEnding }
  | { readonly on: 'smoked' }
  | { readonly on: 'kept'; readonly part: string }
  /** `trouble`: why it is not known how the part stands; `undefined`: it is as it was. */
  | { readonly on: 'returned'; readonly part: string; readonly trouble: string | undefined }
  /** Of the backup or the smoke checks. */
  | { readonly on: 'failed'; readonly cause: Cause }
  | { readonly on: 'cancelled'; readonly by: string }
  /** The word of the fleet to a release that is ready. */
  | { readonly on: 'keep' }
  | { readonly on: 'revert'; readonly cause: Cause };

export interface ReleaseMove {
  readonly state: Release;
  readonly effects: readonly ReleaseEffect[];
}

export function beginRelease(plan: ReleasePlan): ReleaseMove {
  const parts = Object.fromEntries(plan.parts.map(({ name }) => [name, 'waiting' as const]));
  if (plan.backup) return { state: { phase: 'backing-up', parts, cause: undefined }, effects: [{ do: 'back-up' }] };
  return forward(plan, { phase: 'rolling', parts, cause: undefined, trouble: [] });
}

/** Nothing of it goes on by itself: it waits for a word, or is over. */
export const rests = ({ phase }: Release): boolean => phase === 'ready' || phase === 'ended';

export function stepRelease(plan: ReleasePlan, state: Release, event: ReleaseEvent): ReleaseMove {
  if (event.on === 'cancelled') return heard(state, event.by);
  switch (state.phase) {
    case 'backing-up': {
      const cause = state.cause ?? (event.on === 'failed' ? event.cause : undefined);
      const rolling = { phase: 'rolling', parts: state.parts, cause, trouble: [] } as const;
      return cause === undefined ? forward(plan, rolling) : ended(rolling);
    }
    case 'rolling':
      return rolled(plan, state, event);
    case 'smoking': {
      const cause = state.cause ?? (event.on === 'failed' ? event.cause : undefined);
      return cause === undefined ? resting({ phase: 'ready', parts: state.parts }) : turn(plan, { ...state, cause, trouble: [] });
    }
    case 'ready':
      if (event.on === 'revert') return back(plan, { phase: 'returning', parts: state.parts, cause: event.cause, trouble: [] });
      return event.on === 'keep' ? keeping({ ...state, cause: undefined, trouble: [] }) : resting(state);
    case 'keeping':
      return event.on === 'kept' ? kept({ ...state, parts: { ...state.parts, [event.part]: 'kept' } }) : resting(state);
    case 'returning': {
      if (event.on !== 'returned') return resting(state);
      const parts: PartStates = { ...state.parts, [event.part]: event.trouble === undefined ? 'returned' : 'unsure' };
      return back(plan, { ...state, parts, trouble: event.trouble === undefined ? state.trouble : [...state.trouble, event.trouble] });
    }
    case 'ended':
      return resting(state);
  }
}

const resting = (state: Release): ReleaseMove => ({ state, effects: [] });

/** What runs hears of a cancel by itself; nothing more is begun. A release that is ready waits for the word of the fleet, which hears it too. */
const heard = (state: Release, by: string): ReleaseMove =>
  state.phase === 'backing-up' || state.phase === 'rolling' || state.phase === 'smoking'
    ? resting({ ...state, cause: state.cause ?? cancelled(by) })
    : resting(state);

type Rolling = Extract<Release, { phase: 'rolling' }>;

function rolled(plan: ReleasePlan, state: Rolling, event: ReleaseEvent): ReleaseMove {
  if (event.on === 'kept') return forward(plan, { ...state, parts: { ...state.parts, [event.part]: 'kept' } });
  if (event.on !== 'rolled') return resting(state);
  const { part, ending } = event;
  if (ending.outcome === 'promoted') {
    const next = { ...state, parts: { ...state.parts, [part]: 'done' as const } };
    if (plan.onFailure === 'revert') return forward(plan, next);
    // With `stop` nothing is ever taken back that was once done: its lock is free for others.
    const move = forward(plan, next);
    return { ...move, effects: [{ do: 'keep', part }, ...move.effects] };
  }
  const unsure = ending.outcome === 'unknown';
  return forward(plan, {
    ...state,
    parts: { ...state.parts, [part]: unsure ? 'unsure' : 'failed' },
    cause: state.cause ?? ending.cause,
    trouble: unsure ? [...state.trouble, `${part}: ${ending.cause.text}`] : state.trouble,
  });
}

function forward(plan: ReleasePlan, state: Rolling): ReleaseMove {
  const started = state.cause === undefined ? startable(plan.parts, state.parts, plan.atOnce) : [];
  const parts = marked(state.parts, started, 'running');
  const effects = started.map((part): ReleaseEffect => ({ do: 'roll', part }));
  // Where things stay, each is kept before the release moves on.
  const busy = Object.values(parts).some((each) => each === 'running' || (plan.onFailure === 'stop' && each === 'done'));
  if (busy) return { state: { ...state, parts }, effects };
  if (state.cause !== undefined) return turn(plan, { ...state, cause: state.cause });
  return plan.smoke
    ? { state: { phase: 'smoking', parts, cause: undefined }, effects: [{ do: 'smoke' }] }
    : resting({ phase: 'ready', parts });
}

interface Turning {
  readonly parts: PartStates;
  readonly cause: Cause;
  readonly trouble: readonly string[];
}

const turn = (plan: ReleasePlan, { parts, cause, trouble }: Turning): ReleaseMove =>
  plan.onFailure === 'revert' ? back(plan, { phase: 'returning', parts, cause, trouble }) : keeping({ parts, cause, trouble });

function back(plan: ReleasePlan, state: Extract<Release, { phase: 'returning' }>): ReleaseMove {
  const started = returnable(plan.parts, state.parts, plan.atOnce);
  const parts = marked(state.parts, started, 'returning');
  const { cause } = state;
  if (!Object.values(parts).includes('returning')) return ended({ ...state, parts });
  return { state: { ...state, parts }, effects: started.map((part) => ({ do: 'return', part, cause })) };
}

interface Keeping {
  readonly parts: PartStates;
  readonly cause: Cause | undefined;
  readonly trouble: readonly string[];
}

function keeping(state: Keeping): ReleaseMove {
  const { parts, cause, trouble } = state;
  const left = Object.entries(parts).flatMap(([part, is]) => (is === 'done' ? [part] : []));
  if (left.length === 0) return ended(state);
  return { state: { phase: 'keeping', parts, cause, trouble }, effects: left.map((part) => ({ do: 'keep', part })) };
}

const kept = (state: Extract<Release, { phase: 'keeping' }>): ReleaseMove =>
  Object.values(state.parts).includes('done') ? resting(state) : ended(state);

const marked = (parts: PartStates, names: readonly string[], state: PartState): PartStates => ({
  ...parts,
  ...Object.fromEntries(names.map((name) => [name, state])),
});

function ended({ parts, cause, trouble }: Keeping): ReleaseMove {
  if (cause === undefined) return resting({ phase: 'ended', parts, outcome: 'promoted' });
  const said = trouble.length === 0 ? cause : unconfirmed(cause, trouble);
  return resting({ phase: 'ended', parts, outcome: outcomeOf(parts, cause), cause: said });
}

function outcomeOf(parts: PartStates, cause: Cause): Exclude<ReleaseOutcome, 'promoted'> {
  const states = Object.values(parts);
  if (states.includes('unsure')) return 'unknown';
  if (states.includes('kept')) return 'stopped';
  if (cause.kind === 'cancel') return 'aborted';
  return states.every((each) => each === 'waiting') ? 'not-started' : 'rolled-back';
}

const unconfirmed = (cause: Cause, trouble: readonly string[]): Cause => ({
  ...cause,
  text: `${cause.text} And it is not known how everything stands: ${trouble.join(' ')}`,
  remedy: 'Look at the workloads that are named here at once, and take back by hand what should not be there.',
});
