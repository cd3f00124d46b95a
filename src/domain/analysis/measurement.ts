import type { Arm, Selectors } from './arm.ts';
import type { Criterion, OwnQuery } from './criteria.ts';
import type { MetricSource } from './metric-source.ts';
import { filled, filledInStrings, quoted } from './promql.ts';
import { type NoData, noData } from './reading.ts';
import type { Series } from './series.ts';

/** What is measured during a rollout, and where. */
export interface Measurement {
  readonly source: MetricSource;
  readonly criteria: readonly Criterion[];
  /** A DNS label, for `$namespace` in own queries. */
  readonly namespace: string;
}

/**
 * An own query for the arm that is judged: `$canary` stands for that arm, so the same query watches stable after a promotion.
 * `$namespace` is a label's value, in quotes or without.
 */
export const ownPromql = ({ query }: OwnQuery, { namespace }: Measurement, selectors: Selectors, arm: Arm): string =>
  filled(filledInStrings(query, 'namespace', namespace), {
    canary: selectors[arm],
    stable: selectors.stable,
    namespace: quoted(namespace),
  });

/** Exactly one finite number is a value. */
export function readOwn(series: readonly Series[]): { readonly is: 'value'; readonly value: number } | NoData {
  const [first] = series;
  if (first === undefined) return noData('the query gives no value');
  if (series.length > 1) return noData(`the query gives ${series.length} values instead of one`);
  return Number.isFinite(first.value) ? { is: 'value', value: first.value } : noData(`the query gives ${first.value}`);
}
