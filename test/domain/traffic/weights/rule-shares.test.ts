import { describe, expect, it } from '@jest/globals';
import { highestShare, lostSide, type RuleShares, sharesChange } from '../../../../src/domain/traffic/weights/rule-shares.ts';

const of = (shares: readonly number[], fixed = 0): RuleShares => ({ shares, fixed });

describe('the shares of the rules of a route', () => {
  it('come to the highest one, and to 0 where no rule is split', () => {
    expect([highestShare(of([5, 25])), highestShare(of([]))]).toEqual([25, 0]);
  });

  it.each([
    ['the same', of([25, 25]), of([25, 25])],
    ['another order of the rules', of([25, 24.9]), of([24.9, 25])],
    ['a further rule that is split, within what was ordered', of([25]), of([0, 25])],
    ['one rule fewer that led to the canary anyhow', of([25], 2), of([25], 1)],
    ['nothing that was split before, and a new rule at 0', of([]), of([0])],
  ])('%s: nobody changed where users go', (_, ordered, now) => {
    expect(sharesChange(ordered, now)).toBeUndefined();
  });

  it.each([
    ['another weight', of([25]), of([0]), 'the canary has 0 % instead of 25 %'],
    ['a higher one in a further rule', of([0]), of([0, 33.333]), 'the canary has 33.3 % instead of 0 %'],
    ['where nothing was split', of([]), of([5]), 'the canary has 5 % instead of 0 %'],
    ['one of two rules', of([25, 25]), of([25, 0]), 'in one rule the canary has 0 % instead of 25 %'],
    ['one rule fewer', of([25, 25]), of([25]), '1 of 2 rules are split between stable and the canary'],
    ['no rule any more', of([25]), of([]), '0 of 1 rules are split between stable and the canary'],
    ['at weight 0 no rule any more', of([0]), of([]), '0 of 1 rules are split between stable and the canary'],
    ['the canary alone', of([25]), of([], 1), 'a rule sends its requests to the canary, and has no stable side any more'],
    ['the canary alone in one of two', of([0, 0]), of([0], 1), 'a rule sends its requests to the canary, and has no stable side any more'],
  ])('%s: it is said what changed', (_, ordered, now, text) => {
    expect(sharesChange(ordered, now)).toBe(text);
  });

  it('a rule lost its stable side when there are more of its kind than before the rollout', () => {
    expect(lostSide(of([], 1), {})).toMatch(/no stable side any more/);
    expect(lostSide(of([], 1), { fixed: 1 })).toBeUndefined();
    // Nobody knows what people want there.
    expect(lostSide(of([], 1), undefined)).toBeUndefined();
  });
});
