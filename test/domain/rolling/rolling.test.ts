import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  beginGoingBack,
  beginRolling,
  leftByADeadRun,
  type RollingEffect,
  type RollingEnding,
  type RollingMove,
  type RollingPlan,
  step,
} from '../../../src/domain/rolling/rolling.ts';
import type { Cause } from '../../../src/domain/rollout/cause.ts';
import type { StepEvent } from '../../../src/domain/rollout/step-event.ts';

const crash: Cause = { kind: 'crash', code: 'ROLLOUT_FAILED', text: 'It crashed.', remedy: 'Mend it.' };
const say = (effect: RollingEffect): string =>
  'step' in effect ? `${effect.do} ${effect.step}` : 'phase' in effect ? `${effect.do} ${effect.phase}` : effect.do;

/** Carries effects out as the driver does; `answer` says what becomes of each. */
function run(plan: RollingPlan, answer: (effect: RollingEffect) => StepEvent, first: RollingMove = beginRolling(plan)) {
  const story: string[] = [];
  let { state, effects } = first;
  for (let turns = 0; turns < 200; turns += 1) {
    let event: StepEvent = { on: 'done' };
    for (const effect of effects) {
      story.push(say(effect));
      event = answer(effect);
      if (event.on !== 'done') break;
    }
    if (state.phase === 'ended') return { story, ending: state.ending as RollingEnding };
    ({ state, effects } = step(plan, state, event));
  }
  throw new Error('It never ends.');
}

const done = (): StepEvent => ({ on: 'done' });
const failsAt =
  (...words: readonly string[]) =>
  (effect: RollingEffect): StepEvent =>
    words.includes(say(effect)) ? { on: 'failed', cause: { ...crash, text: `${say(effect)} failed.` } } : { on: 'done' };

/** A ConfigMap, a Deployment, a CronJob, another Deployment. */
const plan: RollingPlan = {
  steps: [{ waits: false }, { waits: true }, { waits: false }, { waits: true }],
  wayBack: [0, 3, 2, 1],
  smoke: true,
};

describe('a rolling update', () => {
  it('writes each object, waits where there is something to wait for, and asks the smoke checks last', () => {
    const { story, ending } = run(plan, done);
    expect(story).toEqual(['record writing', 'write 0', 'write 1', 'await 1', 'write 2', 'write 3', 'await 3', 'smoke', 'alert']);
    expect(ending).toEqual({ outcome: 'promoted' });
  });

  it('that fails while it waits takes back what it has written, and nothing that it has not', () => {
    const { story, ending } = run(plan, failsAt('await 1'));
    expect(story.slice(4)).toEqual(['record returning', 'take-back 0', 'take-back 1', 'await-back', 'alert']);
    expect(ending).toMatchObject({ outcome: 'rolled-back', cause: { text: 'await 1 failed.' } });
  });

  it('that fails in its smoke checks takes everything back', () => {
    const { story } = run(plan, failsAt('smoke'));
    expect(story.slice(8)).toEqual(['record returning', 'take-back 0', 'take-back 3', 'take-back 2', 'take-back 1', 'await-back', 'alert']);
  });

  it('whose write failed takes that one back too: it may have arrived', () => {
    expect(run(plan, failsAt('write 2')).story).toContain('take-back 2');
  });

  it('that is cancelled is aborted', () => {
    const { ending } = run(plan, (effect) => (say(effect) === 'await 1' ? { on: 'cancelled', by: 'SIGINT' } : { on: 'done' }));
    expect(ending).toMatchObject({ outcome: 'aborted', cause: { code: 'CANCELLED' } });
  });

  it('goes on with the way back when one object cannot be taken back, and says that it is unknown', () => {
    const { story, ending } = run(plan, failsAt('smoke', 'take-back 3'));
    expect(story.slice(-4)).toEqual(['take-back 2', 'take-back 1', 'await-back', 'alert']);
    expect(ending).toMatchObject({ outcome: 'unknown', cause: { text: expect.stringContaining('take-back 3 failed.') } });
  });

  it('is unknown when what was put back does not come up', () =>
    expect(run(plan, failsAt('smoke', 'await-back')).ending).toMatchObject({
      outcome: 'unknown',
      cause: { text: expect.stringContaining('await-back failed.') },
    }));

  it('writes nothing more once the lock is lost', () => {
    const { story, ending } = run(plan, (effect) => (say(effect) === 'await 1' ? { on: 'lock-lost', text: 'Taken.' } : { on: 'done' }));
    expect(story.slice(4)).toEqual(['alert']);
    expect(ending).toMatchObject({ outcome: 'unknown', cause: { code: 'LOCK_LOST' } });
  });

  it('a successor takes back everything that may have been written', () => {
    const { story, ending } = run(plan, done, beginGoingBack(plan, leftByADeadRun));
    expect(story).toEqual(['record returning', 'take-back 0', 'take-back 3', 'take-back 2', 'take-back 1', 'await-back', 'alert']);
    expect(ending.outcome).toBe('rolled-back');
  });
});

describe('whatever happens', () => {
  const plans = fc.array(fc.record({ waits: fc.boolean() }), { minLength: 0, maxLength: 6 }).chain((steps) =>
    fc.record({
      steps: fc.constant(steps),
      wayBack: fc.shuffledSubarray(
        steps.map((_, index) => index),
        { minLength: steps.length, maxLength: steps.length },
      ),
      smoke: fc.boolean(),
    }),
  );
  const events = fc.array(fc.constantFrom<StepEvent['on']>('done', 'done', 'done', 'failed', 'cancelled', 'lock-lost'), {
    maxLength: 40,
  });

  it('it ends, goes forward never again once it turned, and takes back each written object once', () => {
    fc.assert(
      fc.property(plans, events, (any, script) => {
        let turn = 0;
        const written: string[] = [];
        const { story, ending } = run(any, (effect) => {
          const on = script[turn++] ?? 'done';
          if (effect.do === 'write') written.push(String(effect.step));
          // The driver delivers a cancel once, and never in the middle of the way back.
          if (on === 'cancelled') return ['write', 'await', 'smoke'].includes(effect.do) ? { on, by: 'x' } : { on: 'done' };
          if (on === 'failed') return effect.do === 'record' ? { on: 'done' } : { on, cause: crash };
          return on === 'lock-lost' ? { on, text: 'Taken.' } : { on: 'done' };
        });
        const back = story.indexOf('record returning');
        expect(story.at(-1)).toBe('alert');
        if (back < 0) {
          expect(['promoted', 'unknown']).toContain(ending.outcome);
          return;
        }
        expect(story.slice(back).filter((each) => /^(?:write|await \d|smoke)/.test(each))).toEqual([]);
        const taken = story.filter((each) => each.startsWith('take-back')).map((each) => each.slice(10));
        expect(new Set(taken).size).toBe(taken.length);
        if (ending.outcome !== 'unknown') expect(new Set(taken)).toEqual(new Set(written));
        expect(ending.outcome).not.toBe('promoted');
      }),
      { numRuns: 500 },
    );
  });
});
