import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { beginFleet, type FleetEffect, type FleetEvent, type FleetPlan, isFleetOver, stepFleet } from '../../../src/domain/fleet/fleet.ts';
import type { Cause } from '../../../src/domain/rollout/cause.ts';

const bad: Cause = { kind: 'crash', code: 'ROLLOUT_FAILED', text: 'It crashed.', remedy: 'Mend it.' };
const plan = (more: Partial<FleetPlan> = {}): FleetPlan => ({
  waves: [['canary'], ['west'], ['east', 'south']],
  atOnce: 4,
  onFailure: 'revert',
  soak: 0,
  ...more,
});

/** `undone`: what somebody takes back by hand, seen once a cluster is released. */
const byHand: Cause = { kind: 'asked', code: 'ROLLED_BACK', text: 'Alice rolled it back.', remedy: 'Ask.' };
const wordsOf = (effect: FleetEffect): string =>
  'cluster' in effect ? `${effect.do} ${effect.cluster}` : effect.do === 'look' ? `look ${effect.clusters.join(' ')}` : effect.do;

function tell(of: FleetPlan, failing: readonly string[], pick: () => number = () => 0, undone?: (after: readonly string[]) => boolean) {
  const story: string[] = [];
  const end: Record<string, string> = Object.fromEntries(of.waves.flat().map((cluster) => [cluster, 'old']));
  const answer = (effect: FleetEffect): FleetEvent => {
    switch (effect.do) {
      case 'release': {
        const cause = failing.includes(effect.cluster) ? bad : undefined;
        // A cluster that fails takes back by itself what it has done.
        if (cause === undefined) end[effect.cluster] = 'new';
        return { on: 'released', cluster: effect.cluster, cause };
      }
      case 'soak':
        return { on: 'soaked' };
      case 'look':
        return { on: 'looked', cause: undone?.(effect.clusters) === true ? byHand : undefined };
      case 'revert':
        end[effect.cluster] = 'old';
        return { on: 'closed', cluster: effect.cluster };
      default:
        return { on: 'closed', cluster: effect.cluster };
    }
  };
  let { state, effects } = beginFleet(of);
  let going: FleetEffect[] = [];
  for (let turn = 0; turn < 500; turn += 1) {
    for (const effect of effects) story.push(wordsOf(effect));
    going = [...going, ...effects];
    if (going.length === 0) return { state, story, end };
    const [next] = going.splice(pick() % going.length, 1);
    ({ state, effects } = stepFleet(of, state, answer(next as FleetEffect)));
  }
  throw new Error('It never ends.');
}

describe('waves', () => {
  it('one after the other, and nothing is kept before the last is ready', () => {
    expect(tell(plan({ soak: 60 }), []).story).toEqual([
      'release canary',
      'soak',
      'look canary',
      'release west',
      'soak',
      'look canary west',
      'release east',
      'release south',
      'look canary west east south',
      'keep east',
      'keep south',
      'keep west',
      'keep canary',
    ]);
  });

  it.each([
    [['canary'], ['release canary', 'leave east', 'leave south', 'leave west']],
    [['west'], ['release canary', 'look canary', 'release west', 'leave east', 'leave south', 'revert canary']],
    [
      ['east'],
      [
        'release canary',
        'look canary',
        'release west',
        'look canary west',
        'release east',
        'release south',
        'revert south',
        'revert west',
        'revert canary',
      ],
    ],
  ])('a failure in %s goes back everywhere, the last wave first', (failing, story) => {
    const told = tell(plan(), failing);
    expect(told.story).toEqual(story);
    expect(new Set(Object.values(told.end))).toEqual(new Set(['old']));
  });

  it('with stop what is done stays, and no further wave begins', () => {
    expect(tell(plan({ onFailure: 'stop' }), ['west'])).toMatchObject({
      story: ['release canary', 'look canary', 'release west', 'leave east', 'leave south', 'keep canary'],
      end: { canary: 'new', west: 'old', east: 'old' },
    });
  });

  it.each([
    ['canary', ['release canary', 'look canary', 'leave west', 'leave east', 'leave south', 'revert canary']],
    [
      'west',
      ['release canary', 'look canary', 'release west', 'look canary west', 'leave east', 'leave south', 'revert west', 'revert canary'],
    ],
  ] as const)('what was taken back in %s goes back everywhere, and no further wave begins', (where, story) => {
    const told = tell(
      plan(),
      [],
      () => 0,
      (ready) => ready.includes(where),
    );
    expect(told.story.toSorted()).toEqual([...story].toSorted());
    expect(new Set(Object.values(told.end))).toEqual(new Set(['old']));
    expect(told.state).toMatchObject({ cause: byHand });
  });

  it('what was taken back while the last wave ran is seen before the last word', () => {
    const told = tell(
      plan(),
      [],
      () => 0,
      (ready) => ready.includes('east'),
    );
    expect(new Set(Object.values(told.end))).toEqual(new Set(['old']));
  });

  it('with stop, what was taken back by hand ends it: what is done stays', () => {
    expect(
      tell(
        plan({ onFailure: 'stop' }),
        [],
        () => 0,
        () => true,
      ),
    ).toMatchObject({
      story: ['release canary', 'look canary', 'leave east', 'leave south', 'leave west', 'keep canary'],
      state: { cause: byHand },
    });
  });

  it('a single wave has nothing to look back at', () => {
    expect(tell(plan({ waves: [['east', 'west']] }), []).story).not.toContainEqual(expect.stringContaining('look'));
  });

  it('a cancel while it looks takes everything back, and what was seen then changes nothing', () => {
    const first = stepFleet(plan(), beginFleet(plan()).state, { on: 'released', cluster: 'canary', cause: undefined });
    const heard = stepFleet(plan(), first.state, { on: 'cancelled', by: 'SIGINT' });
    expect(heard.effects.map((effect) => effect.do)).toEqual(['leave', 'leave', 'leave', 'revert']);
    expect(stepFleet(plan(), heard.state, { on: 'looked', cause: undefined })).toEqual({ state: heard.state, effects: [] });
  });

  it('a cancel during the soak takes everything back', () => {
    const of = plan({ soak: 60 });
    const first = stepFleet(of, beginFleet(of).state, { on: 'released', cluster: 'canary', cause: undefined });
    expect(first.effects).toEqual([{ do: 'soak', seconds: 60 }]);
    const { effects } = stepFleet(of, first.state, { on: 'cancelled', by: 'SIGINT' });
    expect(effects.map((effect) => effect.do)).toEqual(['leave', 'leave', 'leave', 'revert']);
  });

  it('a cancel while a wave runs waits for it, and begins nothing more', () => {
    const begun = beginFleet(plan());
    const heard = stepFleet(plan(), begun.state, { on: 'cancelled', by: 'SIGINT' });
    expect(heard.effects).toEqual([]);
    const ended = stepFleet(plan(), heard.state, { on: 'released', cluster: 'canary', cause: undefined });
    expect(ended.effects.map((effect) => ('cluster' in effect ? `${effect.do} ${effect.cluster}` : ''))).toContain('revert canary');
  });

  it('whatever fails, the end is uniform, and each cluster is told one last word or ended by itself', () => {
    const waves = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        waves,
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat(10)),
        fc.infiniteStream(fc.nat(100)),
        (sizes, atOnce, failures, dice) => {
          let next = 0;
          const made = sizes.map((size) => Array.from({ length: size }, () => `c${next++}`));
          const failing = failures.map((index) => `c${index % next}`);
          const { state, story, end } = tell(plan({ waves: made, atOnce }), failing, () => dice.next().value ?? 0);
          expect(isFleetOver(state)).toBe(true);
          expect(new Set(Object.values(end)).size).toBe(1);
          expect(Object.values(end)[0]).toBe(failing.length === 0 ? 'new' : 'old');
          for (const cluster of made.flat()) {
            const words = story.filter((each) => /^(keep|revert|leave) /.test(each) && each.endsWith(` ${cluster}`));
            expect(words).toHaveLength(failing.includes(cluster) && story.includes(`release ${cluster}`) ? 0 : 1);
          }
        },
      ),
    );
  });
});
