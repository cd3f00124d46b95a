import { describe, expect, it } from '@jest/globals';
import type { Cause } from '../../../src/domain/rollout/cause.ts';
import type { Effect } from '../../../src/domain/rollout/effect.ts';
import { rest, stepResting } from '../../../src/domain/rollout/resting.ts';
import type { Ending } from '../../../src/domain/rollout/state.ts';
import { planWith } from './rollouts.ts';

const plan = planWith();
const harm: Cause = { kind: 'harm', code: 'CRITERIA_FAILED', text: 'It was bad.', remedy: 'Mend it.' };
const cancel: Cause = { kind: 'cancel', code: 'CANCELLED', text: 'It was cancelled.', remedy: 'Start again.' };
const rolledBack: Ending = { outcome: 'rolled-back', cause: harm };

it.each([
  ['promoted', { outcome: 'promoted' }, 2],
  ['analysed', { outcome: 'analysed' }, 2],
  ['taken back', rolledBack, 0],
  ['aborted', { outcome: 'aborted', cause: cancel }, 0],
] as const)('a canary that was %s keeps as many pods as are wished, where it has passed', (_, ending, replicas) => {
  const [first] = rest({ ...plan, canaryAtRest: 2 }, ending).effects;
  expect(first).toEqual({ do: 'scale-canary', replicas, ...(replicas === 0 ? {} : { atRest: true }) });
  expect(rest(plan, ending).effects[0]).toEqual({ do: 'scale-canary', replicas: 0 });
});

it('a canary at rest has no pods, and the Lease says so', () => {
  expect(rest(plan, rolledBack).effects).toEqual([
    { do: 'scale-canary', replicas: 0 },
    { do: 'record', phase: 'resting', weight: 0 },
  ]);
});

describe('what cannot be tidied', () => {
  const whole = planWith({ minima: true, guardian: true });
  const promoted: Ending = { outcome: 'promoted' };
  const refused: Cause = { kind: 'error', code: 'CLUSTER_REFUSED', text: 'A policy forbids it.', remedy: 'Mend it.' };
  const failed = (doing: Effect['do'], of = whole, ending: Ending = promoted) =>
    stepResting(of, { phase: 'resting', ending }, { on: 'failed', at: 9, cause: refused, doing });

  it.each<readonly [Effect['do'], string, readonly Effect['do'][]]>([
    ['scale-canary', "The canary's pods were not taken away", ['release-minima', 'dismiss-guardian']],
    ['release-minima', "Stable's minimum was not put back", ['dismiss-guardian']],
    ['record', 'The Lease does not say that the canary rests', ['dismiss-guardian']],
  ])('(%s) is said, keeps nothing else from being tidied, and is not noted as done', (doing, what, still) => {
    const { state, effects } = failed(doing);
    expect(state.phase).toBe('resting');
    expect(effects[0]).toEqual({ do: 'remark', text: `${what}: A policy forbids it. The next run tries again.` });
    expect(effects.slice(1).map((effect) => effect.do)).toEqual(still);
  });

  it('ends it all the same when nothing is left to do', () => {
    for (const move of [failed('dismiss-guardian'), failed('scale-canary', plan)])
      expect([move.state.phase, move.effects.map((effect) => effect.do)]).toEqual(['ended', ['remark', 'alert']]);
    expect(failed('scale-canary', plan, rolledBack).effects.map((effect) => effect.do)).toEqual(['remark']);
  });

  it('because of a cancel is tried once more from its beginning', () => {
    expect(stepResting(whole, { phase: 'resting', ending: promoted }, { on: 'cancelled', at: 9, by: 'SIGINT' })).toEqual(
      rest(whole, promoted),
    );
  });
});
