import { stableSickness, undoneStable } from './cause.ts';
import type { Effect } from './effect.ts';
import { back, empty, observeReturning, observeStable, restore } from './going-back.ts';
import { promotingWeight, type RolloutPlan, returningWeight } from './plan.ts';
import type { Sample } from './sample.ts';
import type { In, Move } from './state.ts';
import { look, startWatch, type Watch } from './watch.ts';

/** What has to stand before users depend on the canary: stable keeps its size, and someone watches. */
export const beforeTraffic = ({ minima, guardian }: RolloutPlan): readonly Effect[] => [
  ...(minima ? [{ do: 'pin-minima' } as const] : []),
  ...(guardian ? [{ do: 'post-guardian' } as const] : []),
];

/** The canary carries all users, or its share; stable gets the new image. `first`: what of this run is still missing where it was found so. */
export const promote = (plan: RolloutPlan, watch: Watch, first: readonly Effect[] = []): Move => ({
  state: { phase: 'promoting', watch, troubled: false },
  effects: [
    { do: 'record', phase: 'promoting', weight: promotingWeight(plan) },
    ...first,
    { do: 'set-stable' },
    { do: 'observe', inSeconds: 1, until: 'stable-available' },
  ],
});

export function stepPromoting(plan: RolloutPlan, state: In<'promoting'>, sample: Sample): Move {
  const seen = look(plan, state.watch, sample, 'canary', plan.rolloutTimeout);
  if (seen.says === 'back') return back(plan, state, seen.cause, sample.at);
  const stable = sample.cluster.is === 'answer' ? sample.cluster.stable : undefined;
  const undone = stable?.status.is === 'available' ? undoneStable(stable) : undefined;
  const sick = undone ?? stableSickness(plan, stable, state.watch.since, sample.at);
  // A surge may meet a full quota for a moment, and one look may be behind the write: trouble has to last until the next one.
  if ((sick?.code === 'ROLLOUT_FAILED' || undone !== undefined) && !state.troubled) {
    return {
      state: { ...state, watch: seen.watch, troubled: true },
      effects: [{ do: 'observe', inSeconds: Math.min(plan.interval, 5), until: 'stable-available' }],
    };
  }
  if (sick !== undefined) return restore(plan, sick, sample.at, { canaryIsWell: true });
  if (stable?.status.is !== 'available' || stable.runs !== 'new')
    return { state: { ...state, watch: seen.watch, troubled: false }, effects: [observeStable(plan)] };
  const weight = returningWeight(plan);
  return {
    state: { phase: 'returning', watch: startWatch(sample.at), troubled: false },
    effects: [{ do: 'record', phase: 'returning', weight }, { do: 'shift', weight, urgent: false }, { do: 'measure' }],
  };
}

/** A stable that fails with the new image loses its users to the canary at once, and then gets its old image back. */
export function stepReturning(plan: RolloutPlan, state: In<'returning'>, sample: Sample): Move {
  const seen = look(plan, state.watch, sample, 'stable', plan.interval);
  if (seen.says === 'back') return restore(plan, seen.cause, sample.at, { canaryIsWell: true, leave: seen.cause.kind === 'harm' });
  const stable = sample.cluster.is === 'answer' ? sample.cluster.stable : undefined;
  const sick = undoneStable(stable) ?? stableSickness(plan, stable, sample.at, sample.at);
  if (sick?.code === 'ROLLOUT_FAILED' && !state.troubled) {
    return { state: { ...state, watch: seen.watch, troubled: true }, effects: [observeReturning(plan, Math.min(plan.interval, 5))] };
  }
  if (sick !== undefined) return restore(plan, sick, sample.at, { canaryIsWell: true, leave: sick.kind === 'crash' });
  if (seen.says === 'pass') return empty({ outcome: 'promoted' });
  return { state: { ...state, watch: seen.watch, troubled: false }, effects: [observeReturning(plan)] };
}
