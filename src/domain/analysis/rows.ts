import { shown } from '../units/shown.ts';
import type { Answer } from './arm-queries.ts';
import { type NoData, noData } from './reading.ts';

/** A reading of an answer, or the reason why it cannot be used. */
export type Read<T> = { readonly is: 'read'; readonly value: T } | NoData;

export const read = <T>(value: T): Read<T> => ({ is: 'read', value });

/** A reason, with the query that it is about. */
export const unusable = (reason: string, { promql }: Answer): NoData => noData(`${reason} in ${shown(promql, 400)}`);

export interface Row {
  /** The values of the labels that were asked for, in their order. None is empty. */
  readonly labels: readonly string[];
  /** Finite and not negative. */
  readonly count: number;
}

/** The lines of an answer: each has all of the labels, no two have the same, and each value is a possible count. */
export function rowsOf(answer: Answer, names: readonly string[]): Read<readonly Row[]> {
  const seen = new Set<string>();
  const rows: Row[] = [];
  for (const { labels, value } of answer.series) {
    const values = names.map((name) => (Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''));
    const missing = names.find((_, index) => values[index] === '');
    if (missing !== undefined) return unusable(`a series has no label \`${missing}\``, answer);
    const where = names.map((name, index) => `${name} ${shown(values[index] ?? '', 80)}`).join(', ');
    if (!Number.isFinite(value) || value < 0) return unusable(`the count of ${where} is ${value}`, answer);
    const key = JSON.stringify(values);
    if (seen.has(key)) return unusable(`${where} is there twice`, answer);
    seen.add(key);
    rows.push({ labels: values, count: value });
  }
  return read(rows);
}
