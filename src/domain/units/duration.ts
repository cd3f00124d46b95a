import { decimalText, sensibleDecimals } from './decimal.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

export type Seconds = number;

const longest: Seconds = 35 * 86_400;
const remedy = 'Write a duration with its unit, such as `30s`, `500ms`, `10m`, `1h30m` or `2d`.';
const grammar = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;
const unitSeconds = [86_400, 3_600, 60, 1] as const;
const unitNames = ['d', 'h', 'm', 's'] as const;

/** `500ms`, `30s`, `10m`, `1h30m`, `2d`: whole numbers, larger units first, at most 35 days. */
export function parseDuration(text: string): Parsed<Seconds> {
  if (/^\d+$/.test(text)) return refused('has no unit', `Write \`${text.length > 9 ? '30' : text}s\` for seconds; ${lowerFirst(remedy)}`);
  if (/^-\d/.test(text)) return refused('is negative', remedy);
  const parts = grammar.exec(text)?.slice(1);
  if (parts === undefined || text === '') return refused('is not a duration', remedy);
  const [milliseconds = '0'] = parts.slice(4);
  const whole = unitSeconds.reduce((sum, size, index) => sum + size * Number(parts[index] ?? 0), 0);
  const seconds = (whole * 1000 + Number(milliseconds)) / 1000;
  return seconds > longest ? refused('is longer than 35 days', 'Write at most `35d`.') : parsed(seconds);
}

/** A duration longer than nothing. */
export function parseTime(text: string): Parsed<Seconds> {
  const result = parseDuration(text);
  return result.ok && result.value <= 0 ? refused('is no time', 'Write a time longer than `0s`.') : result;
}

/** How long an answer may take: there, who leaves the unit out may well mean milliseconds. */
export function parseLatency(text: string): Parsed<Seconds> {
  if (/^\d{1,9}$/.test(text)) return refused('has no unit', `Is it \`${text}ms\`, or \`${text}s\`? Write the one that is meant.`);
  const result = parseDuration(text);
  return result.ok && result.value <= 0
    ? refused('is a time that no request can keep to', 'Write the longest time that is still good, such as `2000ms`.')
    : result;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The form that `parseDuration` reads back, to the millisecond: 90 → `1m30s`, 0.5 → `500ms`, 0 → `0s`. */
export function durationText(seconds: Seconds): string {
  let left = Math.round(seconds * 1000);
  let text = '';
  for (const [index, size] of unitSeconds.entries()) {
    const count = Math.floor(left / (size * 1000));
    if (count > 0) text += `${count}${unitNames[index]}`;
    left -= count * size * 1000;
  }
  return left > 0 ? `${text}${left}ms` : text || '0s';
}

/** A measured time beside its limit: in milliseconds below one second, and never rounded onto or over the limit. */
export function latencyText(seconds: Seconds, limit: Seconds = seconds): string {
  const [factor, unit] = limit < 1 ? [1000, 'ms'] : [1, 's'];
  const [value, bound] = [seconds * factor, limit * factor];
  return `${decimalText(value, limit < 1 && value >= 1 ? 0 : Math.max(2, sensibleDecimals(value)), [bound])} ${unit}`;
}
