import type { Seconds } from '../units/duration.ts';
import type { Ratio } from '../units/ratio.ts';

/** What a canary has to keep to. Every limit is inclusive: equal to it is still good. */
export type Criterion = ErrorRate | Latency | OwnQuery;

export interface ErrorRate {
  readonly kind: 'error-rate';
  readonly max: Ratio;
  /** Written by the user as a success rate, and shown to him as one. */
  readonly as?: 'success-rate';
}

export interface Latency {
  readonly kind: 'latency';
  /** 0.99 for p99. */
  readonly quantile: number;
  readonly maxSeconds: Seconds;
}

/** A query that gives one number. At least one of `min` and `max` is there. */
export interface OwnQuery {
  readonly kind: 'query';
  readonly name: string;
  /** PromQL with `$canary`, `$stable` and `$namespace`. */
  readonly query: string;
  readonly min?: number;
  readonly max?: number;
  /** An advisory query (`false`) is shown and never decides. */
  readonly required: boolean;
}

/** As the user writes it: `latency-p99`. */
export function criterionName(criterion: Criterion): string {
  switch (criterion.kind) {
    case 'error-rate':
      return criterion.as ?? 'error-rate';
    case 'latency':
      return `latency-p${Number((criterion.quantile * 100).toPrecision(12))}`;
    case 'query':
      return criterion.name;
  }
}

export const asksLatency = (criteria: readonly Criterion[]): boolean => criteria.some((criterion) => criterion.kind === 'latency');

const requestsWithoutLimit = 300;

/**
 * Requests that are needed to tell: with 3 / limit requests and no bad one among them, the true rate is below the limit with 95 %
 * confidence (the rule of three). A quantile's limit is the share that may be slower. 300 at 1 %, and where no limit says more.
 */
export function defaultMinRequests(criteria: readonly Criterion[]): number {
  const limits = criteria.flatMap((criterion) => {
    if (criterion.kind === 'error-rate') return [criterion.max];
    return criterion.kind === 'latency' ? [1 - criterion.quantile] : [];
  });
  const needed = limits.map((limit) => (limit > 0 ? Math.ceil(Number((3 / limit).toPrecision(9))) : requestsWithoutLimit));
  return needed.length === 0 ? requestsWithoutLimit : Math.max(...needed);
}
