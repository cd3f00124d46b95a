import { describe, expect, it } from '@jest/globals';
import { begin, beginTakingBack, goesForward, mayHaveUsers, midPromotion } from '../../../src/domain/rollout/begin.ts';
import { cancelled } from '../../../src/domain/rollout/cause.ts';
import { recordedPhases } from '../../../src/domain/rollout/effect.ts';

describe('begin', () => {
  it.each([
    ['resting', true, 'prepare', 0],
    ['resting', false, 'prepare', 0],
    ['preparing', true, 'prepare', 0],
    ['preparing', false, 'prepare', 0],
    ['stages', true, 'prepare', 0],
    ['stages', false, 'prepare', 0],
    ['emptying', true, 'prepare', 0],
    ['emptying', false, 'prepare', 0],
    ['promoting', true, 'promote', 'as-found'],
    ['promoting', false, 'restore', 'as-found'],
    ['returning', true, 'promote', 'as-found'],
    ['returning', false, 'restore', 'as-found'],
    ['restoring', true, 'restore', 'as-found'],
    ['restoring', false, 'restore', 'as-found'],
  ] as const)('after %s, of the same image: %s → %s, with the weight %s', (phase, sameImage, next, weight) => {
    const { state, effects } = begin({ phase, sameImage });
    expect([state.phase, 'next' in state && state.next, 'again' in state && state.again]).toEqual(['claiming', next, next === 'restore']);
    expect(effects).toEqual([{ do: 'claim', weight }]);
  });

  it('says what was left behind, and that it is dealt with', () => {
    expect(begin({ phase: 'returning', sameImage: false }).state).toMatchObject({
      cause: { kind: 'error', text: 'An earlier run ended in the phase `returning` without taking its changes back.' },
    });
  });
});

describe('beginTakingBack', () => {
  it.each(recordedPhases)('after %s: takes back, moves no weight before stable is well, and starts nothing', (phase) => {
    const { state, effects } = beginTakingBack({ phase, sameImage: true }, cancelled('SIGKILL'));
    const restores = ['promoting', 'returning', 'restoring'].includes(phase);
    if (phase === 'promoted') expect(state).toEqual({ phase: 'claiming', next: 'tidy' });
    else
      expect(state).toMatchObject({ phase: 'claiming', next: restores ? 'restore' : 'withdraw', again: false, cause: { kind: 'cancel' } });
    expect(effects).toEqual([{ do: 'claim', weight: restores ? 'as-found' : 0 }]);
  });
});

it('a promotion is under way in three of the recorded phases', () => {
  expect(recordedPhases.filter(midPromotion)).toEqual(['promoting', 'returning', 'restoring']);
});

it('users may be on the canary in five of them', () => {
  expect(recordedPhases.filter(mayHaveUsers)).toEqual(['stages', 'paused', 'promoting', 'returning', 'restoring']);
});

it('only a run with a rollout of its own writes one of five', () => {
  expect(recordedPhases.filter(goesForward)).toEqual(['preparing', 'stages', 'paused', 'promoting', 'returning']);
});
