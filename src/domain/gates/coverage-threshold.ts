import { type Parsed, parsed, refused } from '../units/parsed.ts';
import type { Coverage } from './coverage.ts';

/** A percentage as it was written: `digits` without the point, `decimals` of them behind it. Nothing is lost in binary. */
export interface CoverageThreshold {
  readonly digits: number;
  readonly decimals: number;
}

const remedy = 'Write a percentage from 0 to 99.99, such as `80`. Coverage has to be above it: with `80`, 80.0 % does not pass.';

export function parseCoverageThreshold(text: string): Parsed<CoverageThreshold> {
  const [, whole, decimals = ''] = /^(\d{1,3})(?:\.(\d{1,4}))? ?%?$/.exec(text) ?? [];
  if (whole === undefined) return refused('is not a percentage', remedy);
  if (Number(whole) >= 100) return refused('can never be passed, as no coverage is above 100 %', remedy);
  return parsed({ digits: Number(`${whole}${decimals}`), decimals: decimals.length });
}

/** Strictly above, in whole numbers. Nothing that could be covered is not above anything. */
export function isAbove({ covered, coverable }: Coverage, { digits, decimals }: CoverageThreshold): boolean {
  return BigInt(covered) * 100n * 10n ** BigInt(decimals) > BigInt(digits) * BigInt(coverable);
}

export const thresholdText = ({ digits, decimals }: CoverageThreshold): string => {
  const padded = String(digits).padStart(decimals + 1, '0');
  return decimals === 0 ? padded : `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
};

const fewestDecimals = 2;
const mostDecimals = 12;

/**
 * Percent for people and outputs, cut and not rounded: 79.999 % is shown as 79.99. More decimals where a figure above the threshold
 * would otherwise look equal to it. Empty when nothing could be covered.
 */
export function coverageText(coverage: Coverage, threshold?: CoverageThreshold): string {
  if (coverage.coverable === 0) return '';
  const above = threshold !== undefined && isAbove(coverage, threshold);
  for (let decimals = fewestDecimals; decimals < mostDecimals; decimals += 1) {
    const figure = { digits: cut(coverage, decimals), decimals };
    if (!above || isAbove({ covered: figure.digits, coverable: 100 * 10 ** decimals }, threshold)) return thresholdText(figure);
  }
  return thresholdText({ digits: cut(coverage, mostDecimals), decimals: mostDecimals });
}

const cut = ({ covered, coverable }: Coverage, decimals: number): number =>
  Number((BigInt(covered) * 100n * 10n ** BigInt(decimals)) / BigInt(coverable));
