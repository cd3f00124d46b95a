import type { MetricSource } from './metric-source.ts';
import { filled } from './promql.ts';
import type { Series } from './series.ts';

/** What one arm is asked: instant queries of raw counters, one value per pod. */
export interface ArmQueries {
  /** Requests: by pod and status from a labelled source, otherwise by pod. */
  readonly requests: string;
  readonly errors?: string;
  readonly buckets?: string;
}

export interface Answer {
  readonly promql: string;
  readonly series: readonly Series[];
}

/** The answers to `ArmQueries`, under the same names. */
export interface ArmAnswers {
  readonly requests: Answer;
  readonly errors?: Answer;
  readonly buckets?: Answer;
}

/** The queries for the pods that a selector (label matchers without braces) matches. Histograms are asked for only with `latency`. */
export function queriesFor(source: MetricSource, selector: string, latency: boolean): ArmQueries {
  const { podLabel } = source;
  if (source.kind === 'labelled') {
    return {
      requests: `sum by (${podLabel}, ${source.statusLabel}) (${source.counter}{${selector}})`,
      ...(latency ? { buckets: `sum by (${podLabel}, le) (${source.buckets}{${selector}})` } : {}),
    };
  }
  return {
    requests: `sum by (${podLabel}) (${filled(source.requests, { selector })})`,
    errors: `sum by (${podLabel}) (${filled(source.errors, { selector })})`,
    ...(latency && source.buckets !== undefined ? { buckets: `sum by (${podLabel}, le) (${filled(source.buckets, { selector })})` } : {}),
  };
}
