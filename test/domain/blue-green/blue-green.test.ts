import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type BlueGreenEffect,
  type BlueGreenEnding,
  type BlueGreenMove,
  type BlueGreenPlan,
  beginBlueGreen,
  beginFromLeft,
  leftByADeadRun,
  step,
} from '../../../src/domain/blue-green/blue-green.ts';
import { readBlueGreen } from '../../../src/domain/blue-green/record.ts';
import type { Cause } from '../../../src/domain/rollout/cause.ts';
import type { StepEvent } from '../../../src/domain/rollout/step-event.ts';

const all: BlueGreenPlan = { operation: 'deploy', checks: true, hook: true, watch: true };
const bare: BlueGreenPlan = { operation: 'deploy', checks: false, hook: false, watch: false };
const back: BlueGreenPlan = { ...bare, operation: 'rollback' };
const harm: Cause = { kind: 'harm', code: 'SMOKE_FAILED', text: 'It answered 500.', remedy: 'Mend it.' };
const say = (effect: BlueGreenEffect): string => ('phase' in effect ? `record ${effect.phase}` : effect.do);

/** Carries effects out as the driver does; `answer` says what becomes of each. */
function run(plan: BlueGreenPlan, answer: (word: string, story: readonly string[]) => StepEvent, first: BlueGreenMove = beginBlueGreen()) {
  const story: string[] = [];
  let { state, effects } = first;
  for (let turns = 0; turns < 100; turns += 1) {
    let event: StepEvent = { on: 'done' };
    for (const effect of effects) {
      story.push(say(effect));
      event = answer(say(effect), story);
      if (say(effect) === 'record returning' && event.on === 'failed') event = { on: 'done' };
      if (event.on !== 'done') break;
    }
    if (state.phase === 'ended') return { story: story.join(', '), ending: state.ending as BlueGreenEnding };
    ({ state, effects } = step(plan, state, event));
  }
  throw new Error('It never ends.');
}

const done = (): StepEvent => ({ on: 'done' });
const fails =
  (...words: readonly string[]) =>
  (word: string): StepEvent =>
    words.includes(word) ? { on: 'failed', cause: { ...harm, text: `${word} failed.` } } : { on: 'done' };

const deployed = 'record preparing, claim, deploy, await';
const switched = `${deployed}, check, hook, record switching, switch`;

describe('a blue-green deployment', () => {
  it('readies the idle colour, asks it, lets the hook decide, switches, watches, and only then puts the old colour to rest', () => {
    const { story, ending } = run(all, done);
    expect(story).toBe(`${switched}, record watching, watch, record retiring, drain, retire, alert`);
    expect(ending).toEqual({ outcome: 'promoted' });
  });

  it('without checks, hook and watch is a switch of a ready colour: so is a rollback', () => {
    expect(run(back, done)).toEqual(run(bare, done));
    expect(run(bare, done).story).toBe(`${deployed}, record switching, switch, record retiring, drain, retire, alert`);
  });

  it.each(['claim', 'deploy', 'await', 'check', 'hook'])('that fails in %s leaves users where they are', (word) => {
    const { story, ending } = run(all, fails(word));
    expect(story).not.toContain('switch');
    expect(story).toMatch(new RegExp(`${word}, record returning, rest, alert$`));
    expect(ending).toMatchObject({ outcome: 'rolled-back', cause: { text: `${word} failed.` } });
  });

  it.each(['switch', 'record watching', 'watch'])('that fails in %s writes the way back first', (word) => {
    const { story, ending } = run(all, fails(word));
    expect(story).toMatch(new RegExp(`${word}, switch-back, record returning, drain, rest, alert$`));
    expect(story).not.toContain('retire');
    expect(ending).toMatchObject({ outcome: 'rolled-back' });
  });

  it('whose way back fails keeps the pods that may have the users, and says that nobody knows', () => {
    const { story, ending } = run(all, fails('watch', 'switch-back'));
    expect(story).toMatch(/watch, switch-back, alert$/);
    expect(ending).toMatchObject({ outcome: 'unknown', cause: { text: expect.stringContaining('switch-back failed.') } });
  });

  it('that cannot put the old colour to rest is promoted all the same, and says so', () => {
    expect(run(all, fails('retire')).ending).toEqual({ outcome: 'promoted', trouble: 'retire failed.' });
  });

  it('that cannot put the new colour to rest has its users back', () => {
    expect(run(all, fails('check', 'rest')).ending).toMatchObject({
      outcome: 'rolled-back',
      cause: { text: expect.stringContaining('rest failed.') },
    });
  });

  it('is not stopped on its way back by a Lease that cannot be written', () => {
    expect(run(all, fails('watch', 'record returning')).ending).toMatchObject({ outcome: 'rolled-back' });
  });

  it.each(['deploy', 'check', 'switch', 'watch'])('that is cancelled in %s goes back and is aborted', (word) => {
    const { story, ending } = run(all, (each) => (each === word ? { on: 'cancelled', by: 'SIGINT' } : { on: 'done' }));
    expect(story).toMatch(/rest, alert$/);
    expect(story.includes('switch-back')).toBe(['switch', 'watch'].includes(word));
    expect(ending).toMatchObject({ outcome: 'aborted' });
  });
});

describe('a rollback', () => {
  it.each(['claim', 'deploy', 'await'])('that fails in %s leaves users where they are', (word) => {
    const { story, ending } = run(back, fails(word));
    expect(story).toMatch(new RegExp(`${word}, record returning, rest, alert$`));
    expect(ending.outcome).toBe('rolled-back');
  });

  it.each(['record switching', 'switch'])('that fails in %s is left to whoever finishes it: nobody goes back to what harms', (word) => {
    const { story, ending } = run(back, fails(word));
    expect(story).toMatch(new RegExp(`${word}, alert$`));
    expect(story).not.toMatch(/switch-back|returning|rest,/);
    expect(ending).toMatchObject({
      outcome: 'unknown',
      cause: { text: expect.stringContaining('were not led back'), remedy: expect.stringContaining('run the rollback again') },
    });
  });

  it('that is cancelled while it switches switches once more', () => {
    let times = 0;
    const { story, ending } = run(back, (word) =>
      word === 'switch' && times++ === 0 ? { on: 'cancelled', by: 'SIGINT' } : { on: 'done' },
    );
    expect(story).toBe(`${deployed}, record switching, switch, switch, record retiring, drain, retire, alert`);
    expect(ending.outcome).toBe('promoted');
  });

  it('whose target got users by somebody else sends nobody to the colour that they were saved from', () => {
    const moved = (word: string): StepEvent =>
      word === 'rest' ? { on: 'failed', cause: { ...harm, kind: 'drift', text: 'It has the users.' } } : fails('await')(word);
    const { ending } = run(back, moved);
    expect(ending).toMatchObject({ outcome: 'unknown', cause: { remedy: expect.not.stringContaining('old colour') } });
  });
});

describe('what a dead run left', () => {
  it.each(['preparing', 'switching', 'watching', 'returning'] as const)('in the phase %s goes back', (phase) => {
    const { story, ending } = run(bare, done, beginFromLeft({ phase, operation: 'deploy' }, leftByADeadRun));
    expect(story).toBe('switch-back, record returning, drain, rest, alert');
    expect(ending.outcome).toBe('rolled-back');
  });

  it.each([
    ['preparing', `${deployed}, record switching, switch, record retiring, drain, retire, alert`],
    ['switching', 'record switching, switch, record retiring, drain, retire, alert'],
    ['retiring', 'claim, drain, retire, alert'],
  ] as const)('of a rollback in the phase %s is finished, never undone', (phase, expected) => {
    const { story, ending } = run(back, done, beginFromLeft({ phase, operation: 'rollback' }, leftByADeadRun));
    expect(story).toBe(expected);
    expect(ending.outcome).toBe('promoted');
  });

  it.each(['preparing', 'switching', 'watching'] as const)(
    'of a rollback in the phase %s stays unfinished where its switch fails',
    (phase) => {
      const { story, ending } = run(back, fails('switch'), beginFromLeft({ phase, operation: 'rollback' }, leftByADeadRun));
      expect(story).toMatch(/record switching, switch, alert$/);
      expect(ending.outcome).toBe('unknown');
    },
  );

  it('of a rollback that found nothing to go to leaves users where they are', () => {
    const { story, ending } = run(back, done, beginFromLeft({ phase: 'returning', operation: 'rollback' }, leftByADeadRun));
    expect(story).toBe('switch-back, record returning, drain, rest, alert');
    expect(ending.outcome).toBe('rolled-back');
  });

  it('after its watch is finished forward', () => {
    const { story, ending } = run(bare, done, beginFromLeft({ phase: 'retiring', operation: 'deploy' }, leftByADeadRun));
    expect(story).toBe('claim, drain, retire, alert');
    expect(ending.outcome).toBe('promoted');
  });
});

describe('a colour that crashes before the old one is at rest', () => {
  const crash: Cause = { kind: 'crash', code: 'ROLLOUT_FAILED', text: 'It crashed.', remedy: 'Mend it.' };
  const crashes = (word: string): StepEvent => (word === 'retire' ? { on: 'failed', cause: crash } : { on: 'done' });

  it('loses its users again', () => {
    const { story, ending } = run(bare, crashes);
    expect(story).toBe(
      `${deployed}, record switching, switch, record retiring, drain, retire, switch-back, record returning, drain, rest, alert`,
    );
    expect(ending).toMatchObject({ outcome: 'rolled-back', cause: crash });
  });

  it('keeps them in a rollback: back is what they were saved from', () => {
    expect(run(back, crashes).ending).toEqual({ outcome: 'promoted', trouble: 'It crashed.' });
  });
});

describe('laws, whatever happens', () => {
  const event = fc.oneof(
    { weight: 6, arbitrary: fc.constant<StepEvent>({ on: 'done' }) },
    { weight: 1, arbitrary: fc.constant<StepEvent>({ on: 'failed', cause: harm }) },
    { weight: 1, arbitrary: fc.constant<StepEvent>({ on: 'cancelled', by: 'SIGINT' }) },
    { weight: 1, arbitrary: fc.constant<StepEvent>({ on: 'lock-lost', text: 'It is gone.' }) },
  );
  const plan = fc.oneof(
    fc.record({ operation: fc.constant('deploy' as const), checks: fc.boolean(), hook: fc.boolean(), watch: fc.boolean() }),
    fc.constant(back),
  );

  it('the new colour loses its pods only after users left it, the old one only after they left that, and it always ends', () => {
    fc.assert(
      fc.property(plan, fc.array(event, { maxLength: 30 }), (given, events) => {
        let next = 0;
        // Where the users may be: a write whose answer failed may have arrived.
        let users: 'old' | 'new' | 'either' = 'old';
        const { ending } = run(given, (word) => {
          const answer = events[next++] ?? { on: 'done' };
          if (word === 'rest') expect(users).toBe('old');
          if (word === 'retire') expect(users).toBe('new');
          if (word === 'deploy') expect(users).toBe('old');
          if (word === 'switch-back') expect(given.operation).toBe('deploy');
          if (word === 'switch') users = answer.on === 'done' ? 'new' : 'either';
          if (word === 'switch-back') users = answer.on === 'done' ? 'old' : 'either';
          return answer;
        });
        if (ending.outcome === 'promoted') expect(users).toBe('new');
        if (ending.outcome === 'rolled-back' || ending.outcome === 'aborted') expect(users).toBe('old');
      }),
      { numRuns: 2000 },
    );
  });

  it('nothing is written once the Lease is someone elses', () => {
    const { story, ending } = run(all, (word) => (word === 'watch' ? { on: 'lock-lost', text: 'It is gone.' } : { on: 'done' }));
    expect(story).toMatch(/watch, alert$/);
    expect(ending).toMatchObject({ outcome: 'unknown', cause: { code: 'LOCK_LOST' } });
  });
});

describe('the record', () => {
  const whole = {
    phase: 'watching',
    operation: 'deploy',
    from: 'blue',
    to: 'green',
    container: 'api',
    image: 'agent:2',
    before: { image: 'agent:1', replicas: 0 },
    serving: 5,
    run: 'run-1',
    since: '2026-01-01T00:00:00Z',
  };

  it('is read as it was written', () => {
    expect(readBlueGreen(JSON.stringify(whole))).toEqual(whole);
  });

  it('of the first versions was of a deployment, and of as many pods as the new colour had, or one', () => {
    const { operation: _operation, serving: _serving, ...first } = whole;
    expect(readBlueGreen(JSON.stringify(first))).toEqual({ ...whole, serving: 1 });
    const before = { ...whole.before, replicas: 3 };
    expect(readBlueGreen(JSON.stringify({ ...first, before }))).toEqual({ ...whole, before, serving: 3 });
  });

  it.each([
    ['no JSON', '{'],
    ['no record', '[]'],
    ['an unknown phase', JSON.stringify({ ...whole, phase: 'flying' })],
    ['a third colour', JSON.stringify({ ...whole, to: 'red' })],
    ['one colour twice', JSON.stringify({ ...whole, to: 'blue' })],
    ['no way back', JSON.stringify({ ...whole, before: null })],
    ['half a pod', JSON.stringify({ ...whole, before: { image: 'agent:1', replicas: 0.5 } })],
    ['less than no pods', JSON.stringify({ ...whole, before: { image: 'agent:1', replicas: -1 } })],
    ['no size to go back to', JSON.stringify({ ...whole, serving: '5' })],
    ['no known operation', JSON.stringify({ ...whole, operation: 'undo' })],
    ['no image', JSON.stringify({ ...whole, image: 7 })],
  ])('that holds %s is none', (_, text) => {
    expect(readBlueGreen(text)).toBeUndefined();
  });
});
