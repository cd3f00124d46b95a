import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSplit, type Leg, percentOf, roundedPercent, scaleOf, weightsFor } from '../../../../src/domain/traffic/weights/split.ts';
import { Failure } from '../../../../src/failure.ts';

const leg = (arm: Leg['arm'], weight: number): Leg => ({ arm, weight });
const legs = fc.array(
  fc.record({ arm: fc.constantFrom('stable' as const, 'canary' as const, 'other' as const), weight: fc.integer({ min: 0, max: 1000 }) }),
  { maxLength: 6 },
);
const total = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight, 0);

describe('the weights of a rule', () => {
  it('are shares of 100 in a rule of both sides alone, and of what they had beside a third one', () => {
    expect(weightsFor([leg('stable', 1), leg('canary', 1)], 20)).toEqual([80, 20]);
    expect(weightsFor([leg('stable', 30), leg('other', 70), leg('canary', 0)], 50)).toEqual([15, 70, 15]);
    expect(weightsFor([leg('stable', 30), leg('other', 0), leg('canary', 0)], 50)).toEqual([50, 0, 50]);
    expect(scaleOf([leg('stable', 30), leg('other', 70)])).toBe(30);
  });

  it('stay in a rule that has not both sides', () => {
    expect(isSplit([leg('stable', 100), leg('other', 1)])).toBe(false);
    expect(weightsFor([leg('stable', 100)], 20)).toEqual([100]);
  });

  it('keep their sum or are 100, never fall below 0, and leave third ones alone', () => {
    fc.assert(
      fc.property(legs, fc.integer({ min: 0, max: 100 }), (rule, percent) => {
        const weights = weightsFor(rule, percent);
        expect(weights.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
        for (const [index, { arm, weight }] of rule.entries()) if (arm === 'other') expect(weights[index]).toBe(weight);
        const others = total(rule.filter(({ arm }) => arm === 'other').map(({ weight }) => weight));
        if (isSplit(rule)) expect(total(weights)).toBe(others > 0 ? total(rule.map(({ weight }) => weight)) : 100);
      }),
    );
  });

  it('read as the canary’s share of both sides', () => {
    expect(percentOf([leg('stable', 60), leg('other', 900), leg('canary', 20)])).toBe(25);
    expect(percentOf([leg('stable', 0), leg('canary', 0)])).toBe(0);
    expect(roundedPercent(100 / 3)).toBe(33.3);
  });

  it.each([-1, 101, 0.5, Number.NaN])('are not written for %d %%', (percent) => {
    expect(() => weightsFor([], percent)).toThrow(Failure);
  });
});
