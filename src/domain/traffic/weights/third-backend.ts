import type { Problem } from '../../rollout/problem.ts';
import { canaryWeight, type Leg, scaleOf, weightSum } from './split.ts';

/** Percentage points by which a weight may miss what was ordered. */
const tolerance = 0.5;

export interface NamedLeg extends Leg {
  readonly name: string;
}

/** A rule with weights, whatever its router calls it. */
export interface WeighedRule {
  /** How it is named to a person. */
  readonly text: string;
  readonly stable: string;
  readonly canary: string;
  readonly legs: readonly NamedLeg[];
  /** The largest weight that the router takes. */
  readonly largestWeight: number;
  /** YAML of the route with each weight of the rule multiplied. */
  multiplied(factor: number): string;
  /** What has to be known about such weights, as a further sentence of the remedy. */
  readonly caveat?: string;
}

export function thirdBackendWarnings({ text, legs }: WeighedRule): readonly Problem[] {
  const others = legs.filter(({ arm }) => arm === 'other');
  const share = weightSum(others);
  if (share === 0) return [];
  const total = share + scaleOf(legs);
  return [
    {
      what: `${text} also sends ${share} of ${total} to ${others.map(({ name }) => `\`${name}\``).join(', ')}: these weights stay, and the canary's percentages are shares of the other ${total - share} of ${total}.`,
      remedy: 'Nothing, if that is what is meant.',
    },
  ];
}

/** The weights of the ladder that the rule's own scale cannot express. A scale of 100 can express all of them. */
export function scaleProblems(rule: WeighedRule, weights: readonly number[]): readonly Problem[] {
  const { text, stable, canary, largestWeight } = rule;
  const scale = scaleOf(rule.legs);
  if (scale === 0) {
    return [
      {
        what: `${text} gives \`${stable}\` and \`${canary}\` weight 0 beside a backend that has all the traffic: there is nothing to split.`,
        remedy: `Give \`${stable}\` a weight in the rule.`,
      },
    ];
  }
  const misfits = weights.filter((percent) => !fits(scale, percent));
  if (misfits.length === 0 && !(isWhole(scale) && weights.includes(100))) return [];
  const why = misfits.length === 0 ? wholeText : misfits.map((percent) => misfitText(scale, percent)).join(' and ');
  const what = `${text} has ${scale} ${scale === 1 ? 'part' : 'parts'} for \`${stable}\` and \`${canary}\` beside a third backend, so ${why}.`;
  const factor = fittingFactor(rule, weights);
  return factor === undefined
    ? [{ what, remedy: `Choose weights for the rule so that these two have 100 parts or more between them, none above ${largestWeight}.` }]
    : [
        {
          what,
          remedy: `Multiply all weights of the rule, which changes no share${rule.caveat === undefined ? '' : ` (${rule.caveat})`}. Write the route like this:`,
          yaml: rule.multiplied(factor),
        },
      ];
}

/** By how much the weights have to be multiplied for all weights of the ladder. `undefined` when one would be too large. */
export function fittingFactor({ legs, largestWeight }: Pick<WeighedRule, 'legs' | 'largestWeight'>, weights: readonly number[]) {
  const scale = scaleOf(legs);
  const factor = factors.find((times) => !isWhole(scale * times) && weights.every((percent) => fits(scale * times, percent)));
  return factor === undefined || legs.some(({ weight }) => weight * factor > largestWeight) ? undefined : factor;
}

/** One part cannot be divided: on the way back stable is measured at about half of the traffic, and would get nothing. */
const isWhole = (scale: number): boolean => scale === 1;

const wholeText = 'they cannot share it, as they do at 50 % on the way back from a promotion';

const factors = Array.from({ length: 100 }, (_, index) => index + 1);

function fits(scale: number, percent: number): boolean {
  if (percent <= 0 || percent >= 100) return true;
  const weight = canaryWeight(scale, percent);
  return weight > 0 && weight < scale && Math.abs((100 * weight) / scale - percent) <= tolerance;
}

const misfitText = (scale: number, percent: number): string =>
  `${percent} % would be ${canaryWeight(scale, percent)} of them, which is ${Math.round((1000 * canaryWeight(scale, percent)) / scale) / 10} %`;
