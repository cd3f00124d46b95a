import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { profiles } from '../../../../src/domain/rollout/profiles.ts';
import { effectiveLadder, effectivePercent, podsFor, shareOf, withinCeiling } from '../../../../src/domain/traffic/replicas/share.ts';

it.each([
  [5, 5, 1],
  [5, 25, 2],
  [5, 50, 5],
  [1, 5, 1],
  [1, 50, 1],
  [4, 10, 1],
  [20, 5, 1],
  [20, 25, 7],
  [100, 5, 5],
  [0, 25, 1],
  [5, 80, 5],
  [5, 0, 0],
])('beside %s pods, %s %% is %s pods', (stable, percent, pods) => expect(podsFor(stable, percent)).toBe(pods));

it.each([[-1], [101], [2.5], [Number.NaN]])('%s %% cannot be ordered', (percent) =>
  expect(() => podsFor(5, percent)).toThrow(`A canary weight of ${percent} % was asked for.`),
);

it('the share never passes the ceiling, never falls to nothing, and grows with the order', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 49 }), (stable, percent) => {
      const [less, more] = [podsFor(stable, percent), podsFor(stable, percent + 1)];
      expect(less).toBeLessThanOrEqual(more);
      expect(shareOf(more, stable)).toBeLessThanOrEqual(50);
      expect(effectivePercent(stable, percent)).toBeGreaterThanOrEqual(1);
    }),
  ));

describe('a ladder', () => {
  const stages = [
    { weight: 5, holdSeconds: 10 },
    { weight: 25, holdSeconds: 15 },
    { weight: 50, holdSeconds: 20 },
  ];
  it.each([
    [5, [17, 29, 50]],
    [100, [5, 25, 50]],
  ])('beside %s pods is %j', (stable, weights) =>
    expect(effectiveLadder(stages, stable)).toEqual(weights.map((weight, index) => ({ weight, holdSeconds: stages[index]?.holdSeconds }))),
  );
  it('stages that are the same pods are one, as long as all together', () => {
    expect(effectiveLadder(stages, 3)).toEqual([
      { weight: 25, holdSeconds: 25 },
      { weight: 50, holdSeconds: 20 },
    ]);
    expect(effectiveLadder(stages, 1)).toEqual([{ weight: 50, holdSeconds: 45 }]);
    expect(
      effectiveLadder(
        [
          { weight: 5, holdSeconds: 1 },
          { weight: 10, holdSeconds: 2, pause: true },
        ],
        2,
      ),
    ).toEqual([{ weight: 33, holdSeconds: 3, pause: true }]);
  });
  it('of a profile ends at the ceiling', () => {
    expect(withinCeiling(profiles['careful'] ?? []).map(({ weight }) => weight)).toEqual([5, 25, 50]);
    expect(withinCeiling(profiles['quick'] ?? []).map(({ weight }) => weight)).toEqual([5, 25, 50]);
  });
});
