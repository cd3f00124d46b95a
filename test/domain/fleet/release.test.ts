import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Part } from '../../../src/domain/fleet/part-order.ts';
import {
  beginRelease,
  type Release,
  type ReleaseEffect,
  type ReleaseEvent,
  type ReleasePlan,
  rests,
  stepRelease,
} from '../../../src/domain/fleet/release.ts';
import type { Cause } from '../../../src/domain/rollout/cause.ts';
import { anyParts } from './any-parts.ts';

const crash = (part: string): Cause => ({ kind: 'crash', code: 'ROLLOUT_FAILED', text: `${part} crashed.`, remedy: 'Mend it.' });
const plan = (more: Partial<ReleasePlan> = {}): ReleasePlan => ({
  parts: [
    { name: 'auth', needs: [], settings: false },
    { name: 'agent', needs: ['auth'], settings: false },
  ],
  atOnce: 4,
  onFailure: 'revert',
  backup: true,
  smoke: true,
  ...more,
});

interface Told {
  readonly state: Release;
  readonly story: readonly string[];
}

/** Carries everything out: `answer` says how each effect ends, `pick` which of those that go on ends next. */
function tell(
  of: ReleasePlan,
  answer: (effect: ReleaseEffect) => ReleaseEvent,
  words: readonly ReleaseEvent[] = [],
  pick: () => number = () => 0,
): Told {
  let { state, effects } = beginRelease(of);
  const story: string[] = [];
  let going: ReleaseEffect[] = [];
  const left = [...words];
  for (let turn = 0; turn < 500; turn += 1) {
    going = [...going, ...effects];
    for (const effect of effects) story.push('part' in effect ? `${effect.do} ${effect.part}` : effect.do);
    const word = going.length === 0 && rests(state) ? left.shift() : undefined;
    if (going.length === 0 && word === undefined) return { state, story };
    const [next] = word === undefined ? going.splice(pick() % going.length, 1) : [];
    ({ state, effects } = stepRelease(of, state, next === undefined ? (word as ReleaseEvent) : answer(next)));
  }
  throw new Error(`It never ends: ${story.join(', ')}`);
}

const well = (effect: ReleaseEffect): ReleaseEvent => {
  switch (effect.do) {
    case 'back-up':
      return { on: 'backed-up' };
    case 'roll':
      return { on: 'rolled', part: effect.part, ending: { outcome: 'promoted' } };
    case 'smoke':
      return { on: 'smoked' };
    case 'keep':
      return { on: 'kept', part: effect.part };
    case 'return':
      return { on: 'returned', part: effect.part, trouble: undefined };
  }
};
const failingAt =
  (part: string, outcome: 'rolled-back' | 'unknown' = 'rolled-back') =>
  (effect: ReleaseEffect): ReleaseEvent =>
    effect.do === 'roll' && effect.part === part ? { on: 'rolled', part, ending: { outcome, cause: crash(part) } } : well(effect);

describe('the order of a release', () => {
  it('backup, services by their needs, smoke, and nothing is forgotten before the word', () => {
    expect(tell(plan(), well)).toMatchObject({ story: ['back-up', 'roll auth', 'roll agent', 'smoke'], state: { phase: 'ready' } });
    expect(tell(plan(), well, [{ on: 'keep' }])).toMatchObject({
      story: ['back-up', 'roll auth', 'roll agent', 'smoke', 'keep auth', 'keep agent'],
      state: { phase: 'ended', outcome: 'promoted' },
    });
  });

  it('with stop each is kept as soon as it is done', () => {
    expect(tell(plan({ onFailure: 'stop' }), well, [{ on: 'keep' }])).toMatchObject({
      story: ['back-up', 'roll auth', 'keep auth', 'roll agent', 'keep agent', 'smoke'],
      state: { phase: 'ended', outcome: 'promoted' },
    });
  });

  it.each([
    ['revert', 'rolled-back', ['back-up', 'roll auth', 'roll agent', 'return auth']],
    ['stop', 'stopped', ['back-up', 'roll auth', 'keep auth', 'roll agent']],
  ] as const)('a failure with %s is %s', (onFailure, outcome, story) => {
    expect(tell(plan({ onFailure }), failingAt('agent'))).toMatchObject({ story, state: { outcome, cause: { text: 'agent crashed.' } } });
  });

  it('a backup that fails begins nothing', () => {
    const answer = (effect: ReleaseEffect): ReleaseEvent =>
      effect.do === 'back-up' ? { on: 'failed', cause: crash('dump') } : well(effect);
    expect(tell(plan(), answer)).toMatchObject({ story: ['back-up'], state: { phase: 'ended', outcome: 'not-started' } });
  });

  it('a smoke check that fails takes everything back, the last first', () => {
    const answer = (effect: ReleaseEffect): ReleaseEvent =>
      effect.do === 'smoke' ? { on: 'failed', cause: crash('smoke') } : well(effect);
    expect(tell(plan(), answer)).toMatchObject({
      story: ['back-up', 'roll auth', 'roll agent', 'smoke', 'return agent', 'return auth'],
      state: { outcome: 'rolled-back' },
    });
  });

  it('the word of the fleet takes everything back', () => {
    const { story, state } = tell(plan(), well, [{ on: 'revert', cause: crash('west') }]);
    expect(story.slice(-2)).toEqual(['return agent', 'return auth']);
    expect(state).toMatchObject({ outcome: 'rolled-back', cause: { text: 'west crashed.' } });
  });

  it('what nobody knows is unknown, whatever else was taken back', () => {
    expect(tell(plan(), failingAt('agent', 'unknown')).state).toMatchObject({
      outcome: 'unknown',
      parts: { auth: 'returned', agent: 'unsure' },
    });
    const answer = (effect: ReleaseEffect): ReleaseEvent =>
      effect.do === 'return' ? { on: 'returned', part: effect.part, trouble: 'No answer.' } : failingAt('agent')(effect);
    expect(tell(plan(), answer).state).toMatchObject({ outcome: 'unknown', cause: { text: expect.stringContaining('No answer.') } });
  });

  it('a cancel begins nothing more', () => {
    const { state } = beginRelease(plan());
    const heard = stepRelease(plan(), state, { on: 'cancelled', by: 'SIGINT' });
    expect(stepRelease(plan(), heard.state, { on: 'backed-up' })).toMatchObject({
      state: { phase: 'ended', outcome: 'aborted' },
      effects: [],
    });
  });
});

describe('any release', () => {
  const anything = { parts: anyParts, atOnce: fc.integer({ min: 1, max: 5 }), bad: fc.nat(8), dice: fc.infiniteStream(fc.nat(100)) };

  it('begins a part only when what it needs is done, and never more than may run', () => {
    fc.assert(
      fc.property(anything.parts, anything.atOnce, anything.dice, (parts, atOnce, dice) => {
        const of = plan({ parts, atOnce });
        const over = new Set<string>();
        let running = 0;
        const answer = (effect: ReleaseEffect): ReleaseEvent => {
          if (effect.do === 'roll') {
            running -= 1;
            over.add(effect.part);
          }
          return well(effect);
        };
        const check = (effect: ReleaseEffect): void => {
          if (effect.do !== 'roll') return;
          running += 1;
          expect(running).toBeLessThanOrEqual(atOnce);
          expect(parts.find(({ name }) => name === effect.part)?.needs.filter((need) => !over.has(need))).toEqual([]);
        };
        let { state, effects } = beginRelease(of);
        let going: ReleaseEffect[] = [];
        while (going.length + effects.length > 0) {
          effects.forEach(check);
          going = [...going, ...effects];
          const [next] = going.splice((dice.next().value ?? 0) % going.length, 1);
          ({ state, effects } = stepRelease(of, state, answer(next as ReleaseEffect)));
        }
        expect(state).toMatchObject({ phase: 'ready' });
        expect(over.size).toBe(parts.length);
      }),
    );
  });

  it('that fails somewhere leaves nothing new behind, and each goes back before what it needs', () => {
    fc.assert(
      fc.property(anything.parts, anything.atOnce, anything.bad, anything.dice, (parts, atOnce, bad, dice) => {
        const name = parts[bad % parts.length]?.name ?? '';
        const { state, story } = tell(plan({ parts, atOnce }), failingAt(name), [], () => dice.next().value ?? 0);
        expect(state).toMatchObject({ phase: 'ended', outcome: 'rolled-back' });
        expect(Object.values(state.parts).filter((each) => !['returned', 'failed', 'waiting'].includes(each))).toEqual([]);
        const back = story.filter((each) => each.startsWith('return ')).map((each) => each.slice('return '.length));
        for (const { name: later, needs } of parts as readonly Part[])
          for (const need of needs) if (back.includes(later)) expect(back.indexOf(later)).toBeLessThan(back.indexOf(need));
      }),
    );
  });
});
