import type { Effect } from './effect.ts';
import type { Later } from './going-back.ts';
import type { RolloutPlan } from './plan.ts';
import type { Ending, In, Move } from './state.ts';

/** The canary rests, without pods where nothing else is wished, the Lease says so, and nobody has to watch any more. `remark`: what a person should know of the way there. */
export function rest(plan: RolloutPlan, ending: Ending, remark?: string): Move {
  return { state: { phase: 'resting', ending }, effects: [...remarks(remark), ...tidying(plan, ending)] };
}

/**
 * Traffic is where it belongs. What could not be tidied is said, and is the next run's, which makes the same writes again: the Lease says
 * that the canary rests only where it does. What does not depend on it is done all the same.
 */
export function stepResting(plan: RolloutPlan, { ending }: In<'resting'>, event: Later): Move {
  if (event.on === 'cancelled') return rest(plan, ending);
  if (event.on !== 'failed') return ended(ending);
  const remark = `${left[event.doing] ?? 'Something was not tidied up'}: ${event.cause.text} The next run tries again.`;
  const still = after(tidying(plan, ending), event.doing).filter((effect) => effect.do !== 'record');
  if (still.length === 0) return ended(ending, remark);
  return { state: { phase: 'resting', ending }, effects: [...remarks(remark), ...still] };
}

/** What comes after the one that failed. */
export const after = (effects: readonly Effect[], doing: Effect['do']): readonly Effect[] =>
  effects.slice(effects.findIndex((effect) => effect.do === doing) + 1);

export const remarks = (text: string | undefined): readonly Effect[] => (text === undefined ? [] : [{ do: 'remark', text }]);

export const releasing = ({ minima }: RolloutPlan): readonly Effect[] => (minima ? [{ do: 'release-minima' }] : []);

const tidying = (plan: RolloutPlan, ending: Ending): readonly Effect[] => [
  restingSize(plan, ending),
  ...releasing(plan),
  { do: 'record', phase: 'resting', weight: 0 },
  ...(plan.guardian ? [{ do: 'dismiss-guardian' } as const] : []),
];

/** What was taken back is not kept running: only a version that has passed is worth a look by the header. */
function restingSize({ canaryAtRest = 0 }: RolloutPlan, { outcome }: Ending): Effect {
  const replicas = outcome === 'promoted' || outcome === 'analysed' ? canaryAtRest : 0;
  return { do: 'scale-canary', replicas, ...(replicas === 0 ? {} : { atRest: true }) };
}

const left: Partial<Readonly<Record<Effect['do'], string>>> = {
  'scale-canary': "The canary's pods were not taken away",
  'release-minima': "Stable's minimum was not put back",
  record: 'The Lease does not say that the canary rests',
  'dismiss-guardian': 'The guardian was not dismissed, and ends by itself',
};

const ended = (ending: Ending, remark?: string): Move => ({
  state: { phase: 'ended', ending },
  effects: [...remarks(remark), ...told(ending)],
});

/** A way back was told of when the weight was 0; every other ending is told of at the end. */
const told = ({ outcome }: Ending): readonly Effect[] => (outcome === 'promoted' || outcome === 'analysed' ? [{ do: 'alert' }] : []);
