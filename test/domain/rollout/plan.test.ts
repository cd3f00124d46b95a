import { describe, expect, it } from '@jest/globals';
import { carriedTraffic, ladderToPromote, replicasFor, replicasOf } from '../../../src/domain/rollout/plan.ts';
import { planWith } from './rollouts.ts';

describe('replicasFor', () => {
  it.each([
    [4, 5, 1],
    [4, 25, 1],
    [4, 26, 2],
    [4, 100, 4],
    [3, 50, 2],
    [10, 1, 1],
    [10, 0, 1],
    [0, 100, 1],
    [1, 100, 1],
    [200, 1, 2],
  ])('of %i pods at %i %% are %i', (replicas, weight, expected) => {
    expect(replicasFor(planWith({ replicas }), weight)).toBe(expected);
  });
});

describe('replicasOf', () => {
  const plan = planWith({ replicas: 20, stages: [0, 10, 100].map((weight) => ({ weight, holdSeconds: 60 })) });
  it.each([
    [0, 2],
    [1, 2],
    [2, 20],
  ])('stage %i are %i: a stage of weight 0 has those of the next one', (stage, expected) => {
    expect(replicasOf(plan, stage)).toBe(expected);
  });

  it('is one where no stage carries anyone', () => {
    expect(replicasOf(planWith({ replicas: 20, stages: [{ weight: 0, holdSeconds: 1 }] }), 0)).toBe(1);
  });
});

describe('ladderToPromote', () => {
  const half = { weight: 50, holdSeconds: 60 };
  it.each([
    ['ends at 100 already', [half, { weight: 100, holdSeconds: 5 }], [half, { weight: 100, holdSeconds: 5 }]],
    ['ends below', [half], [half, { weight: 100, holdSeconds: 30 }]],
    ['is empty', [], [{ weight: 100, holdSeconds: 30 }]],
  ])('of a ladder that %s', (_, stages, expected) => {
    expect(ladderToPromote(stages, 30)).toEqual(expected);
  });
});

describe('carriedTraffic', () => {
  const plan = planWith({ stages: [0, 5, 50].map((weight) => ({ weight, holdSeconds: 60 })) });
  it.each([
    [0, false],
    [1, false],
    [2, true],
    [3, true],
  ])('before stage %i: %s', (stage, expected) => {
    expect(carriedTraffic(plan, stage)).toBe(expected);
  });
});
