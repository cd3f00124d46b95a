import { describe, expect, it } from '@jest/globals';
import { hears, stepAsked } from '../../../src/domain/rollout/asking.ts';
import type { Request, Requestable } from '../../../src/domain/rollout/request.ts';
import type { Rollout } from '../../../src/domain/rollout/state.ts';
import { startWatch, type Watch } from '../../../src/domain/rollout/watch.ts';
import { planWith } from './rollouts.ts';

const plan = planWith({
  stages: [
    { weight: 0, holdSeconds: 30 },
    { weight: 25, holdSeconds: 60 },
    { weight: 100, holdSeconds: 60 },
  ],
});
const request = (what: Requestable): Request => ({ id: 'r', what, epoch: 1, who: 'alice', why: '', at: '', run: '' });
const failing: Watch = { ...startWatch(0), verdict: { is: 'fail', findings: [] } };
const ended = { outcome: 'promoted' } as const;

function asked(state: Rollout, what: Requestable, more = plan) {
  if (!hears(state, what)) return { phase: 'deaf', answer: undefined };
  const { state: after, effects } = stepAsked(more, state, request(what), 100);
  const [answer] = effects;
  if (answer?.do !== 'answer' || answer.id !== 'r') throw new Error('The answer has to come first.');
  return { phase: after.phase, answer: `${answer.is}: ${answer.text}`, effects: effects.slice(1).map((effect) => effect.do) };
}

const holding = (stage: number, watch: Watch = startWatch(0)): Rollout => ({ phase: 'holding', stage, watch });
const paused = (stage: number, passed = true, watch: Watch = startWatch(0)): Rollout => ({
  phase: 'paused',
  stage,
  watch,
  since: 50,
  passed,
});
const promoting: Rollout = { phase: 'promoting', watch: startWatch(0), troubled: false };
const returning: Rollout = { phase: 'returning', watch: startWatch(0), troubled: false };

describe('promote', () => {
  it('goes to the last stage, and nowhere while the criteria fail', () => {
    expect(asked(holding(1), 'promote')).toMatchObject({ phase: 'growing', effects: ['record', 'scale-canary', 'await-canary'] });
    for (const state of [holding(1, failing), paused(1, true, failing)])
      expect(asked(state, 'promote')).toMatchObject({ phase: state.phase, answer: expect.stringMatching(/^refused: The canary fails/) });
  });

  it.each([
    ['before anybody was sent there', holding(0), plan, /^refused: Nobody has been sent/],
    ['before the first stage', paused(-1), plan, /^refused: Nobody has been sent/],
    ['with `promote: false`', holding(1), planWith({ promote: false }), /^refused: It runs with `promote: false`/],
    ['at 100 %', holding(2), plan, /^nothing-to-do: It is measured at 100 % already/],
    ['while promoting', promoting, plan, /^nothing-to-do: It is being promoted already/],
    ['while returning', returning, plan, /^nothing-to-do: It is being promoted already/],
  ] as const)('%s stays where it is', (_, state, of, answer) => {
    expect(asked(state, 'promote', of)).toMatchObject({ phase: state.phase, answer: expect.stringMatching(answer) });
  });

  it('ends a pause at 100 %', () => expect(asked(paused(2), 'promote')).toMatchObject({ phase: 'promoting' }));
});

describe('resume', () => {
  it('goes on with the stage, or with the next one where this has passed', () => {
    expect(asked(paused(1, false), 'resume')).toMatchObject({ phase: 'holding', effects: ['record', 'observe'] });
    expect(asked(paused(1, true), 'resume')).toMatchObject({ phase: 'growing', effects: ['record', 'scale-canary', 'await-canary'] });
    expect(asked(holding(1), 'resume')).toMatchObject({ phase: 'holding', answer: 'nothing-to-do: It is not paused.' });
  });
});

describe('pause', () => {
  it.each([
    [{ phase: 'scaling', stage: 0 }, 'It keeps 0 % on the canary.', ['record', 'observe']],
    [
      { phase: 'growing', stage: 2, kept: 1, watch: startWatch(0), since: 0, there: false },
      'It keeps 25 % on the canary.',
      ['record', 'measure'],
    ],
    [holding(1), 'It keeps 25 % on the canary.', ['record', 'observe']],
  ] as const)('of %j keeps the weight that there is', (state, text, effects) => {
    expect(asked(state, 'pause')).toEqual({ phase: 'paused', answer: `accepted: ${text}`, effects });
  });

  it('is refused while stable is changing', () => {
    for (const state of [promoting, returning]) expect(asked(state, 'pause').answer).toMatch(/^refused: It is being promoted/);
  });
});

it.each<readonly [Rollout, readonly Requestable[]]>([
  [{ phase: 'claiming', next: 'prepare' }, []],
  [{ phase: 'preparing' }, ['abort']],
  [{ phase: 'smoking' }, ['abort']],
  [{ phase: 'scaling', stage: 1 }, ['pause', 'abort']],
  [{ phase: 'growing', stage: 2, kept: 1, watch: startWatch(0), since: 0, there: false }, ['pause', 'abort']],
  [{ phase: 'shifting', stage: 1 }, ['abort']],
  [holding(1), ['pause', 'resume', 'promote', 'abort']],
  [paused(1), ['pause', 'resume', 'promote', 'abort']],
  [{ phase: 'leaving', stage: 1 }, []],
  [promoting, ['pause', 'resume', 'promote', 'abort']],
  [returning, ['pause', 'resume', 'promote', 'abort']],
  [{ phase: 'emptying', ending: ended, again: false, disturbed: false }, []],
  [{ phase: 'resting', ending: ended }, []],
  [{ phase: 'ended', ending: ended }, []],
])('%j hears %j', (state, heard) => {
  expect((['pause', 'resume', 'promote', 'abort'] as const).filter((what) => hears(state, what))).toEqual(heard);
});
