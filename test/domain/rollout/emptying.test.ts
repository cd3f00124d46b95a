import { describe, expect, it } from '@jest/globals';
import { startEvidence } from '../../../src/domain/analysis/evidence.ts';
import type { Reading } from '../../../src/domain/analysis/reading.ts';
import { aborted, type Cause } from '../../../src/domain/rollout/cause.ts';
import type { Effect } from '../../../src/domain/rollout/effect.ts';
import { stepDraining, stepEmptying } from '../../../src/domain/rollout/emptying.ts';
import type { Later } from '../../../src/domain/rollout/going-back.ts';
import type { Ending, In, Move } from '../../../src/domain/rollout/state.ts';
import { blindSample, planWith, sampleOf, silentReading, Traffic } from './rollouts.ts';

const plan = planWith({ stages: [0, 5, 100].map((weight) => ({ weight, holdSeconds: 60 })), rolloutTimeout: 100, drain: 30 });
const harm: Cause = { kind: 'harm', code: 'CRITERIA_FAILED', text: 'It was bad.', remedy: 'Mend it.' };
const cancel: Cause = { kind: 'cancel', code: 'CANCELLED', text: 'It was cancelled.', remedy: 'Start again.' };
const rolledBack: Ending = { outcome: 'rolled-back', cause: harm };
const names = ({ effects }: Move): readonly Effect['do'][] => effects.map((effect) => effect.do);

describe('emptying', () => {
  const state: In<'emptying'> = { phase: 'emptying', ending: rolledBack, again: false, disturbed: false };
  const done: Later = { on: 'done', at: 9 };

  it('tells of a way back once the weight is 0, and of a success only at its end', () => {
    expect(names(stepEmptying(plan, state, done))).toEqual(['alert', 'record', 'measure']);
    expect(names(stepEmptying(plan, { ...state, ending: { outcome: 'promoted' } }, done))).toEqual(['record', 'measure']);
    expect(names(stepEmptying(plan, { ...state, disturbed: true }, done))).toEqual(['record', 'measure']);
  });

  it('is done again after a cancel, which changes neither the write nor the outcome', () => {
    expect(stepEmptying(plan, state, { on: 'cancelled', at: 9, by: 'SIGINT' })).toEqual({
      state,
      effects: [{ do: 'shift', weight: 0, urgent: true }],
    });
  });

  it('starts over only where no one has cancelled', () => {
    expect(stepEmptying(plan, { ...state, again: true }, done).state.phase).toBe('preparing');
    expect(stepEmptying(plan, { ...state, again: true }, { on: 'cancelled', at: 9, by: 'SIGINT' }).state).toMatchObject({
      phase: 'emptying',
      again: false,
      ending: { outcome: 'aborted' },
    });
  });

  it('comes next where what was to be noted before it could not be', () => {
    expect(stepEmptying(plan, state, { on: 'failed', at: 9, cause: harm, doing: 'record' })).toEqual({
      state,
      effects: [{ do: 'shift', weight: 0, urgent: true }],
    });
  });

  it('that could not be confirmed is unknown, with both reasons, also after a success', () => {
    const failed: Later = {
      on: 'failed',
      at: 9,
      cause: { ...harm, code: 'ROUTE_NOT_ACCEPTED', text: 'Gateway edge said no.' },
      doing: 'shift',
    };
    expect(stepEmptying(plan, state, failed)).toMatchObject({
      state: {
        phase: 'ended',
        ending: {
          outcome: 'unknown',
          cause: { code: 'CRITERIA_FAILED', text: expect.stringMatching(/^It was bad\. .*Gateway edge said no\.$/) },
        },
      },
      effects: [{ do: 'alert' }],
    });
    expect(stepEmptying(plan, { ...state, ending: { outcome: 'promoted' } }, failed).state).toMatchObject({
      ending: { outcome: 'unknown', cause: { code: 'ROUTE_NOT_ACCEPTED' } },
    });
  });
});

describe('draining', () => {
  const traffic = new Traffic();
  const baseline = traffic.reading(0);
  const state: In<'draining'> = { phase: 'draining', ending: rolledBack, disturbed: false, since: 0, evidence: startEvidence(baseline) };
  const seenAfter = (canary: number, stable: number, at = 30): Later => {
    const later = new Traffic();
    later.pass(canary, stable);
    return { on: 'sample', at, sample: sampleOf({ at, reading: later.reading(at) }) };
  };

  const remarkOf = ({ effects }: Move): string | undefined => effects.flatMap((effect) => (effect.do === 'remark' ? [effect.text] : []))[0];
  const sampled = (reading: Reading): Later => ({ on: 'sample', at: 30, sample: sampleOf({ at: 30, reading }) });
  const silent = silentReading(30, 'the metric store is down');
  const busy = new Traffic();
  busy.pass(0, 1000);

  it.each<readonly [string, Later, string, string | undefined]>([
    ['has no new request', seenAfter(0, 1000), 'resting', undefined],
    ['has one percent', seenAfter(10, 990), 'resting', undefined],
    ['has more than one percent', seenAfter(11, 989), 'draining', undefined],
    [
      'still has half after four drains',
      seenAfter(500, 500, 120),
      'resting',
      'The canary still had 50 % of the requests after 4 drains: requests with its header, or clients that hold a connection to it. Its pods went all the same.',
    ],
    ['still has a little more than one percent after four drains', seenAfter(12, 988, 120), 'resting', 'The canary still had 1.2 % of the'],
    ['nobody asked anything of', seenAfter(0, 0), 'resting', 'Share after weight 0: not checked (no requests seen).'],
    ['cannot be measured', sampled(silent), 'resting', 'Share after weight 0: not checked (the metric store is down).'],
    [
      'cannot be measured, but stable can',
      sampled({ ...busy.reading(30), canary: silent.canary }),
      'resting',
      'not checked (the metric store',
    ],
    [
      'can be measured, but stable cannot',
      sampled({ ...busy.reading(30), stable: silent.stable }),
      'resting',
      'not checked (the metric store',
    ],
    [
      'cannot be looked at',
      { on: 'failed', at: 9, cause: { ...harm, text: 'No.' }, doing: 'observe' },
      'resting',
      'Share after weight 0: not checked (No).',
    ],
    [
      'nobody has time for',
      { on: 'cancelled', at: 9, by: 'SIGINT' },
      'resting',
      'Share after weight 0: not checked (the run was cancelled).',
    ],
  ])('a canary that %s', (_, event, phase, remark) => {
    const move = stepDraining(plan, state, event);
    expect(move.state.phase).toBe(phase);
    if (remark === undefined) expect(remarkOf(move)).toBeUndefined();
    else expect(remarkOf(move)).toContain(remark);
  });

  it('is not checked by a first reading, which only says where counting begins', () => {
    expect(remarkOf(stepDraining(plan, { ...state, evidence: startEvidence() }, seenAfter(500, 500)))).toBe(
      'Share after weight 0: not checked (counting began only now).',
    );
  });

  it('of a cancelled run is not checked, and says so', () => {
    const ending: Ending = { outcome: 'aborted', cause: cancel };
    expect(remarkOf(stepDraining(plan, { ...state, ending }, seenAfter(0, 1000)))).toContain('not checked (the run was cancelled)');
  });

  it.each([
    ['rolled-back', harm, 30],
    ['aborted', cancel, 4],
    ['aborted', aborted({ who: 'alice', why: '' }), 30],
  ] as const)('of %s (%j) takes %i s', (outcome, cause, inSeconds) => {
    const move = stepDraining(plan, { ...state, ending: { outcome, cause } }, { on: 'measured', at: 0, reading: baseline });
    expect(move.effects).toMatchObject([{ do: 'observe', inSeconds }]);
    expect(move.effects).toEqual([expect.objectContaining(cause === cancel ? { unmeasured: true } : { do: 'observe' })]);
  });

  it('does not wait for the share when the run was cancelled', () => {
    expect(stepDraining(plan, { ...state, ending: { outcome: 'aborted', cause: cancel } }, seenAfter(500, 500)).state.phase).toBe(
      'resting',
    );
  });

  it.each<readonly [Effect['do'], readonly Effect['do'][]]>([
    ['alert', ['remark', 'record', 'measure']],
    ['record', ['remark', 'measure']],
    ['measure', ['remark', 'observe']],
  ])('is not cut short by what is only told, noted or counted (%s)', (doing, then) => {
    const move = stepDraining(plan, state, { on: 'failed', at: 0, cause: { ...harm, text: 'No.' }, doing });
    expect([move.state, names(move), remarkOf(move)]).toEqual([state, then, 'No.']);
  });

  it('that a cancel has hurried goes on to its short wait where it could not be noted', () => {
    const hurried = { ...state, ending: { outcome: 'aborted', cause: cancel } } as const;
    const move = stepDraining(plan, hurried, { on: 'failed', at: 0, cause: harm, doing: 'record' });
    expect(move.effects.at(-1)).toMatchObject({ do: 'observe', inSeconds: 4, unmeasured: true });
  });

  it('ends when it cannot be observed: the weight is confirmed already', () => {
    expect(stepDraining(plan, state, { on: 'failed', at: 9, cause: harm, doing: 'observe' }).state.phase).toBe('resting');
    expect(stepDraining(plan, state, { on: 'cancelled', at: 9, by: 'SIGINT' }).state).toMatchObject({
      phase: 'resting',
      ending: rolledBack,
    });
  });

  it.each([
    [30, 'draining'],
    [plan.noDataTimeout - 1, 'draining'],
    [plan.noDataTimeout, 'resting'],
  ])('takes no pod away while nobody can see whether someone sends users there (%i s)', (at, phase) => {
    expect(stepDraining(plan, state, { on: 'sample', at, sample: blindSample(at, busy.reading(at)) }).state.phase).toBe(phase);
  });

  it.each(['rolled-back', 'aborted'] as const)('takes no pod away while someone sends users there (%s)', (outcome) => {
    const changed: Later = {
      on: 'sample',
      at: 30,
      sample: sampleOf({ at: 30, route: { is: 'changed', what: 'the canary has 9 % instead of 0 %', by: 'argocd', fight: 1 } }),
    };
    const ending: Ending = { outcome, cause: harm };
    expect(stepDraining(plan, { ...state, ending }, changed)).toMatchObject({
      state: { phase: 'emptying', disturbed: true, ending },
      effects: [{ do: 'shift', weight: 0 }],
    });
    expect(stepDraining(plan, { ...state, ending, disturbed: true }, changed)).toMatchObject({
      state: { phase: 'ended', ending: { outcome: 'unknown', cause: { text: expect.stringContaining('`argocd`') } } },
      effects: [{ do: 'alert' }],
    });
  });
});
