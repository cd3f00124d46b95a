import { decimalText, sensibleDecimals } from './decimal.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

/** A share from 0 to 1. People write and read it in percent. */
export type Ratio = number;

const remedy = 'Write a percentage from 0 % to 100 % with its sign, such as `1%` or `99.9%`.';
const decimal = /^\d{1,9}(?:\.\d{1,9})?$/;

/** `1%`, `0.5 %`, `99.9%`. A number without the sign is refused: `0.5` could mean half a percent or a half. */
export function parseRatio(text: string): Parsed<Ratio> {
  if (decimal.test(text)) return refused(`is ambiguous: ${meanings(text)}?`, `Write the percent sign: ${spellings(text)}.`);
  const [, number] = /^(.*?) ?%$/.exec(text) ?? [];
  if (number === undefined || !/^[-+]?\d{1,9}(?:\.\d{1,9})?$/.test(number)) return refused('is not a percentage', remedy);
  const ratio = hundredth(number);
  return ratio < 0 || ratio > 1 || Object.is(ratio, -0) ? refused('is outside 0 % to 100 %', remedy) : parsed(ratio);
}

// Moving the decimal point in the text is exact where a division is not: 99.9 / 100 is not 0.999.
const hundredth = (number: string): number => Number(`${number}e-2`);
const hundredfold = (number: string): string => String(Number(`${number}e2`));
const meanings = (text: string): string => (Number(text) <= 1 ? `${text} % or ${hundredfold(text)} %` : `${text} % or ${text} times`);
const spellings = (text: string): string => (Number(text) <= 1 ? `\`${text}%\` or \`${hundredfold(text)}%\`` : `\`${text}%\``);

/** The other share, free of the binary dust of a subtraction: of 0.999 it is 0.001, so that a limit is met exactly at its edge. */
export const complement = (ratio: Ratio): Ratio => Number((1 - ratio).toFixed(14));

/**
 * `0.42 %`. Never rounded to 0 %, to 100 %, or to or over a limit that the true figure does not meet: 99.96 % is not shown as
 * 100 %, and 1.004 % against a limit of 1 % not as 1 %.
 */
export function ratioText(ratio: Ratio, limit?: Ratio): string {
  const percent = Number((ratio * 100).toPrecision(14));
  const limits = limit === undefined ? [] : [Number((limit * 100).toPrecision(14))];
  return `${decimalText(percent, sensibleDecimals(Math.min(percent, Math.abs(100 - percent) || percent)), limits)} %`;
}
