import { Failure } from '../../../failure.ts';

/** One destination of a rule: whose it is, and its weight as the router reads it. Weights are integers from 0. */
export interface Leg {
  readonly arm: 'stable' | 'canary' | 'other';
  readonly weight: number;
}

/** A rule whose weights are ours to change: it has both sides. */
export const isSplit = (legs: readonly Leg[]): boolean => has(legs, 'stable') && has(legs, 'canary');

/** The canary's share, in percent, of what a rule sends to stable and the canary together. */
export function percentOf(legs: readonly Leg[]): number {
  const canary = sumOf(legs, 'canary');
  const sum = sumOf(legs, 'stable') + canary;
  return sum === 0 ? 0 : (100 * canary) / sum;
}

/**
 * What stable and the canary share among them: 100 in a rule of their own. Beside a third destination that has traffic it is what
 * they have together now, so that the third one keeps its share.
 */
export const scaleOf = (legs: readonly Leg[]): number => (sumOf(legs, 'other') > 0 ? sumOf(legs, 'stable') + sumOf(legs, 'canary') : 100);

/** The canary's weight on a scale: an integer, as every router wants it. */
export const canaryWeight = (scale: number, percent: number): number => Math.round((scale * percent) / 100);

/** The weights of all legs with another split, in their order. Those of other destinations, and of a rule that is not split, are kept. */
export function weightsFor(legs: readonly Leg[], percent: number): readonly number[] {
  checkPercent(percent);
  if (!isSplit(legs)) return legs.map(({ weight }) => weight);
  const scale = scaleOf(legs);
  const canary = canaryWeight(scale, percent);
  const weights = new Map([...spread(of(legs, 'stable'), scale - canary), ...spread(of(legs, 'canary'), canary)]);
  return legs.map((leg) => weights.get(leg) ?? leg.weight);
}

export function checkPercent(percent: number): void {
  if (Number.isInteger(percent) && percent >= 0 && percent <= 100) return;
  throw new Failure(
    'INTERNAL',
    `A canary weight of ${percent} % was asked for.`,
    'Please report this: only integers from 0 to 100 can be written.',
  );
}

/**
 * A weight given to the destinations of one side, in the proportion they have. The preflight refuses more than one, but the way
 * back to weight 0 has to stay open when one is added during a rollout.
 */
function spread(legs: readonly Leg[], total: number): readonly (readonly [Leg, number])[] {
  const sum = weightSum(legs);
  const shares = legs.map(({ weight }) => (sum === 0 ? 0 : Math.floor((total * weight) / sum)));
  const rest = total - weightSum(shares.map((weight) => ({ weight })));
  return legs.map((leg, index) => [leg, (shares[index] ?? 0) + (index === 0 ? rest : 0)]);
}

const of = (legs: readonly Leg[], arm: Leg['arm']): readonly Leg[] => legs.filter((leg) => leg.arm === arm);
const has = (legs: readonly Leg[], arm: Leg['arm']): boolean => legs.some((leg) => leg.arm === arm);

export const weightSum = (legs: readonly Pick<Leg, 'weight'>[]): number => legs.reduce((sum, { weight }) => sum + weight, 0);
const sumOf = (legs: readonly Leg[], arm: Leg['arm']): number => weightSum(of(legs, arm));

/** As a person reads it: one decimal place. */
export const roundedPercent = (percent: number): number => Math.round(percent * 10) / 10;
