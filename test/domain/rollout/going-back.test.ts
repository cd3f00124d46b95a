import { describe, expect, it } from '@jest/globals';
import { begin, beginTakingBack } from '../../../src/domain/rollout/begin.ts';
import { step } from '../../../src/domain/rollout/canary.ts';
import type { Cause } from '../../../src/domain/rollout/cause.ts';
import type { Effect } from '../../../src/domain/rollout/effect.ts';
import { back, type Later, restore, stepRestoring } from '../../../src/domain/rollout/going-back.ts';
import type { Forward, In, Move } from '../../../src/domain/rollout/state.ts';
import { startWatch } from '../../../src/domain/rollout/watch.ts';
import { planWith, sampleOf, stableIs } from './rollouts.ts';

const plan = planWith({ stages: [0, 5, 100].map((weight) => ({ weight, holdSeconds: 60 })), rolloutTimeout: 100, drain: 30 });
const harm: Cause = { kind: 'harm', code: 'CRITERIA_FAILED', text: 'It was bad.', remedy: 'Mend it.' };
const cancel: Cause = { kind: 'cancel', code: 'CANCELLED', text: 'It was cancelled.', remedy: 'Start again.' };
const watch = startWatch(0);
const names = ({ effects }: Move): readonly Effect['do'][] => effects.map((effect) => effect.do);

describe('the way back', () => {
  it.each<readonly [In<Forward>, string, Effect['do']]>([
    [{ phase: 'claiming', next: 'prepare' }, 'emptying', 'shift'],
    [{ phase: 'claiming', next: 'promote' }, 'restoring', 'record'],
    [{ phase: 'claiming', next: 'restore', cause: harm, again: true }, 'restoring', 'record'],
    [{ phase: 'claiming', next: 'withdraw', cause: harm, again: false }, 'emptying', 'shift'],
    [{ phase: 'preparing' }, 'resting', 'alert'],
    [{ phase: 'smoking' }, 'resting', 'alert'],
    [{ phase: 'scaling', stage: 0 }, 'resting', 'alert'],
    [{ phase: 'scaling', stage: 1 }, 'resting', 'alert'],
    [{ phase: 'growing', stage: 2, kept: 1, watch, since: 0, there: false }, 'emptying', 'shift'],
    [{ phase: 'shifting', stage: 0 }, 'emptying', 'shift'],
    [{ phase: 'holding', stage: 1, watch }, 'emptying', 'shift'],
    [{ phase: 'leaving', stage: 1 }, 'emptying', 'record'],
    [{ phase: 'promoting', watch, troubled: false }, 'restoring', 'record'],
    [{ phase: 'returning', watch, troubled: false }, 'restoring', 'record'],
  ])('from %j', (state, phase, first) => {
    const move = back(plan, state, harm, 7);
    expect([move.state.phase, names(move)[0]]).toEqual([phase, first]);
    expect('again' in move.state && move.state.again).toBe(false);
  });

  it('from a pause that is being left ends its deadline first: killed in between, a guardian that had it would wait for hours', () => {
    expect(back(plan, { phase: 'leaving', stage: 1 }, cancel, 7).effects).toEqual([
      { do: 'record', phase: 'stages', weight: 5 },
      { do: 'shift', weight: 0, urgent: true },
    ]);
  });

  it.each([
    [harm, 'rolled-back'],
    [cancel, 'aborted'],
    [{ ...harm, kind: 'no-data' }, 'rolled-back'],
    [{ ...harm, kind: 'drift' }, 'rolled-back'],
    [{ ...harm, kind: 'error' }, 'rolled-back'],
  ] as const)('is called by what caused it: %j', (cause, outcome) => {
    expect(back(plan, { phase: 'holding', stage: 1, watch }, cause, 0).state).toMatchObject({ ending: { outcome, cause } });
  });
});

describe('restoring', () => {
  const state: In<'restoring'> = { phase: 'restoring', cause: harm, since: 0, again: false };
  const sampled = (at: number, stable?: ReturnType<typeof stableIs>): Later => ({
    on: 'sample',
    at,
    sample: sampleOf({ at, ...(stable === undefined ? {} : { stable }) }),
  });

  it.each<readonly [string, Later, string, readonly Effect['do'][]]>([
    ['stable is back', sampled(9, stableIs('available', 'old')), 'emptying', ['shift']],
    ['stable runs what someone else set', sampled(9, stableIs('available', 'foreign')), 'emptying', ['shift']],
    ['stable has the new image still', sampled(9, stableIs('available', 'new')), 'restoring', ['restore-stable', 'observe']],
    ['stable is on its way', sampled(9, stableIs('progressing', 'old')), 'restoring', ['restore-stable', 'observe']],
    ['stable was not seen', sampled(9), 'restoring', ['restore-stable', 'observe']],
    ['someone cancels', { on: 'cancelled', at: 9, by: 'SIGINT' }, 'restoring', ['restore-stable', 'observe']],
    ['a write failed', { on: 'failed', at: 9, cause: cancel, doing: 'restore-stable' }, 'restoring', ['observe']],
    ['time is up', sampled(201, stableIs('progressing', 'old')), 'ended', ['alert']],
    ['time is up, and stable is back', sampled(201, stableIs('available', 'old')), 'emptying', ['shift']],
    ['time is up, and writes fail', { on: 'failed', at: 201, cause: cancel, doing: 'restore-stable' }, 'ended', ['alert']],
  ])('when %s', (_, event, phase, effects) => {
    const move = stepRestoring(plan, state, event);
    expect([move.state.phase, names(move)]).toEqual([phase, effects]);
  });

  describe('from a canary that harms', () => {
    const crashed: Cause = { ...harm, kind: 'crash', code: 'ROLLOUT_FAILED' };
    const restoring = (cause: Cause): In<'restoring'> =>
      back(plan, { phase: 'promoting', watch, troubled: false }, cause, 0).state as In<'restoring'>;
    // Its autoscaler wants more pods than find a node, or one of four does not come.
    const ready = (count: number, runs: 'old' | 'new' | 'foreign' = 'old') => ({ ...stableIs('progressing', runs), ready: count });

    it.each([harm, crashed])('waits no longer than for the size before the release (%j)', (cause) => {
      const harmed = restoring(cause);
      expect(stepRestoring(plan, harmed, sampled(9, ready(3))).state.phase).toBe('restoring');
      expect(stepRestoring(plan, harmed, sampled(9, ready(4)))).toMatchObject({
        state: { phase: 'emptying', ending: { outcome: 'rolled-back', cause } },
        effects: [{ do: 'shift', weight: 0 }],
      });
      expect(stepRestoring(plan, harmed, sampled(9, { ...stableIs('failed', 'old'), ready: 4 })).state.phase).toBe('emptying');
    });

    it('asks to be told of them, and has it in the Lease for whoever comes after', () => {
      const { effects } = back(plan, { phase: 'promoting', watch, troubled: false }, harm, 0);
      expect(effects).toMatchObject([{ do: 'record', enough: 4 }, { do: 'restore-stable' }, { do: 'observe', enough: 4 }]);
      expect(stepRestoring(plan, restoring(harm), sampled(9, ready(3))).effects).toMatchObject([{}, { do: 'observe', enough: 4 }]);
      expect(back(planWith({ replicas: 0 }), { phase: 'promoting', watch, troubled: false }, harm, 0).state).toMatchObject({ enough: 1 });
    });

    it.each(['new', 'foreign'] as const)('counts no pods of the %s template', (runs) => {
      expect(stepRestoring(plan, restoring(harm), sampled(9, ready(9, runs))).state.phase).toBe('restoring');
    });

    it.each([cancel, { ...harm, kind: 'no-data' }, { ...harm, kind: 'drift' }, { ...harm, kind: 'asked' }] as const)(
      'and from no other: %j waits until stable is Available',
      (cause) => {
        expect(stepRestoring(plan, restoring(cause), sampled(9, ready(9))).state.phase).toBe('restoring');
      },
    );

    it('and not when the harm was seen on stable', () => {
      for (const how of [{ canaryIsWell: true }, { canaryIsWell: true, leave: true }]) {
        const { state } = restore(plan, harm, 0, how);
        expect(stepRestoring(plan, state as In<'restoring'>, sampled(9, ready(9))).state.phase).toBe('restoring');
      }
    });

    it.each([
      beginTakingBack({ phase: 'restoring', sameImage: true, enough: 4 }, cancel),
      begin({ phase: 'restoring', sameImage: true, enough: 4 }),
    ])('is gone on with by a successor', ({ state: claiming }) => {
      const { state } = step(plan, claiming, { on: 'done', at: 0 });
      expect(state).toMatchObject({ phase: 'restoring', enough: 4 });
      expect(step(plan, state, sampled(9, ready(4))).state.phase).toBe('emptying');
      expect(step(plan, claiming, { on: 'cancelled', at: 0, by: 'SIGINT' }).state).toMatchObject({ phase: 'restoring', enough: 4 });
    });
  });

  it('waits before the next try of a write that was refused', () => {
    expect(stepRestoring(plan, state, { on: 'failed', at: 9, cause: cancel, doing: 'restore-stable' }).effects).toEqual([
      { do: 'observe', inSeconds: 30 },
    ]);
  });

  it('keeps the cause when it is cancelled as well', () => {
    expect(stepRestoring(plan, state, { on: 'cancelled', at: 9, by: 'SIGINT' }).state).toEqual(state);
  });

  it('of an earlier run begins nothing after a cancel', () => {
    expect(stepRestoring(plan, { ...state, again: true }, { on: 'cancelled', at: 9, by: 'SIGINT' }).state).toMatchObject({
      phase: 'restoring',
      again: false,
      cause: { kind: 'cancel' },
    });
  });
});
