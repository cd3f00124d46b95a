import { aborted } from './cause.ts';
import { enter, hold } from './climbing.ts';
import type { Effect } from './effect.ts';
import { back, observe, observeReturning, observeStable } from './going-back.ts';
import { awaitDecision, keptWeight, recordStage } from './pausing.ts';
import { carriedTraffic, type RolloutPlan } from './plan.ts';
import type { Answer, Request, Requestable } from './request.ts';
import type { In, Move, Rollout } from './state.ts';
import { startWatch } from './watch.ts';

type Deaf = 'claiming' | 'leaving' | 'restoring' | 'emptying' | 'draining' | 'resting' | 'ended';
/** The phases in which a request can change something. */
export type Hearing = Exclude<Rollout['phase'], Deaf>;

const hearing: Readonly<Record<Requestable, readonly Rollout['phase'][]>> = {
  abort: ['preparing', 'smoking', 'scaling', 'growing', 'shifting', 'holding', 'paused', 'promoting', 'returning'],
  pause: ['scaling', 'growing', 'holding', 'paused', 'promoting', 'returning'],
  resume: ['holding', 'paused', 'promoting', 'returning'],
  promote: ['holding', 'paused', 'promoting', 'returning'],
};

/**
 * Whether a request is delivered now. What comes in a phase that does not hear it waits for the next one that does: those of a stage's
 * change last seconds, and a rollout that goes back ends and says so.
 */
export const hears = (state: Rollout, what: Requestable): state is In<Hearing> => hearing[what].includes(state.phase);

/** A request of a person. It is answered in every case, and never before what it asks for in a hurry. */
export function stepAsked(plan: RolloutPlan, state: In<Hearing>, request: Request, at: number): Move {
  switch (request.what) {
    case 'abort': {
      const move = back(plan, state, aborted(request), at);
      return { ...move, effects: [answer(request, 'accepted', 'It goes back.'), ...move.effects] };
    }
    case 'pause':
      return pauseOn(plan, state, request, at);
    case 'resume':
      return state.phase === 'paused'
        ? resume(plan, state, request, at)
        : goOn(plan, state, answer(request, 'nothing-to-do', 'It is not paused.'), at);
    case 'promote':
      return promoteOn(plan, state, request, at);
  }
}

function pauseOn(plan: RolloutPlan, state: In<Hearing>, request: Request, at: number): Move {
  if (state.phase === 'paused') return goOn(plan, state, answer(request, 'nothing-to-do', 'It is paused already.'), at);
  if (state.phase === 'promoting' || state.phase === 'returning')
    return goOn(plan, state, answer(request, 'refused', 'It is being promoted: stable is changing, so there is no weight to keep.'), at);
  const holding = state.phase === 'holding';
  const stage = holding ? state.stage : state.phase === 'growing' ? state.kept : Math.max(-1, ('stage' in state ? state.stage : 0) - 1);
  const kept = holding ? { stage, watch: state.watch, passed: false } : { stage, watch: startWatch(at), passed: true };
  const move = awaitDecision(plan, kept, at);
  const baseline: readonly Effect[] = holding || stage < 0 ? move.effects : [recordStage(plan, stage, true), { do: 'measure' }];
  return { ...move, effects: [answer(request, 'accepted', `It keeps ${keptWeight(plan, stage)} % on the canary.`), ...baseline] };
}

function resume(plan: RolloutPlan, state: In<'paused'>, request: Request, at: number): Move {
  const move = state.passed ? enter(plan, state.stage + 1, at, state) : hold(plan, state.stage, state.watch, at);
  return { ...move, effects: [answer(request, 'accepted', 'It goes on.'), recordStage(plan, state.stage, false), ...move.effects] };
}

/** The rest of the ladder is left out but for its end: no stable is changed before all of its traffic was seen on the new version. */
function promoteOn(plan: RolloutPlan, state: In<Hearing>, request: Request, at: number): Move {
  const refused = (text: string): Move => goOn(plan, state, answer(request, 'refused', text), at);
  if (state.phase === 'promoting' || state.phase === 'returning')
    return goOn(plan, state, answer(request, 'nothing-to-do', 'It is being promoted already.'), at);
  if (state.phase !== 'holding' && state.phase !== 'paused') return refused('It has no weight yet.');
  if (!plan.promote) return refused('It runs with `promote: false`. When it has ended as `analysed`, run `actions/promote`.');
  if (!carriedTraffic(plan, state.stage + 1)) return refused('Nobody has been sent to the canary yet, so nothing is known about it.');
  if (state.watch.verdict?.is === 'fail') return refused('The canary fails its criteria at the moment.');
  const last = plan.stages.length - 1;
  const then =
    plan.stages[last]?.pause === undefined ? 'then stable gets the image' : 'then it waits for a person once more, as `stages` say';
  if (state.stage < last) {
    const move = enter(plan, last, at, state);
    const accepted = answer(request, 'accepted', `It goes to ${plan.stages[last]?.weight ?? 0} % and is measured there; ${then}.`);
    return { ...move, effects: [accepted, recordStage(plan, state.stage, false), ...move.effects] };
  }
  if (state.phase === 'paused') return resume(plan, state, request, at);
  return goOn(plan, state, answer(request, 'nothing-to-do', `It is measured at 100 % already; ${then}.`), at);
}

const answer = ({ id }: Request, is: Answer['is'], text: string): Effect => ({ do: 'answer', id, is, text });

/** What the phase was doing, with an answer. */
function goOn(plan: RolloutPlan, state: In<Hearing>, said: Effect, at: number): Move {
  switch (state.phase) {
    case 'holding': {
      const move = hold(plan, state.stage, state.watch, at);
      return { ...move, effects: [said, ...move.effects] };
    }
    case 'promoting':
      return { state, effects: [said, observeStable(plan)] };
    case 'returning':
      return { state, effects: [said, observeReturning(plan)] };
    default:
      return { state, effects: [said, observe(plan)] };
  }
}
