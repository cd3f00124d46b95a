import { describe, expect, it } from '@jest/globals';
import type { Criterion } from '../../../src/domain/analysis/criteria.ts';
import type { MetricSource } from '../../../src/domain/analysis/metric-source.ts';
import { http } from '../../../src/domain/analysis/presets/http.ts';
import { inspectCounters, inspectMeasurement } from '../../../src/domain/analysis/self-test.ts';
import { type Given, histogram, pod } from './readings.ts';

const p99: Criterion = { kind: 'latency', quantile: 0.99, maxSeconds: 2 };
const errorRate: Criterion = { kind: 'error-rate', max: 0.01 };
const queries: MetricSource = { kind: 'queries', requests: 'r{$selector}', errors: 'e{$selector}', unit: 's', podLabel: 'pod' };
const apart = { canary: 'v="new"', stable: 'v="old"' };
const nothing = { problems: [], warnings: [] };

describe('inspectMeasurement', () => {
  it('has nothing to say about what works', () => {
    expect(inspectMeasurement({ source: http, criteria: [errorRate, p99], namespace: 'shop' }, apart)).toEqual(nothing);
    expect(inspectMeasurement({ source: queries, criteria: [errorRate], namespace: 'shop' }, apart)).toEqual(nothing);
  });

  it('finds one selector for both arms', () => {
    const { problems } = inspectMeasurement(
      { source: http, criteria: [errorRate], namespace: 'shop' },
      { canary: 'v="x"', stable: 'v="x"' },
    );
    expect(problems).toMatchObject([{ what: expect.stringContaining('same selector (v="x")') }]);
  });

  it('finds a latency criterion without a histogram', () => {
    const { problems } = inspectMeasurement({ source: queries, criteria: [p99], namespace: 'shop' }, apart);
    expect(problems).toMatchObject([{ what: expect.stringContaining('no `latency-buckets`') }]);
  });

  it('warns of a query that cannot tell the versions apart', () => {
    const own: Criterion = { kind: 'query', name: 'queue', query: 'max(queue{a="$canary"})', max: 1, required: true };
    expect(inspectMeasurement({ source: http, criteria: [own], namespace: 'shop' }, apart).warnings).toMatchObject([
      { what: expect.stringContaining('`queue` does not contain `$canary`') },
    ]);
    expect(inspectMeasurement({ source: http, criteria: [{ ...own, query: 'max(queue{$canary})' }], namespace: 'shop' }, apart)).toEqual(
      nothing,
    );
  });
});

describe('inspectCounters', () => {
  const inspect = (given: Given) => inspectCounters([errorRate, p99], new Map([['a', pod(given)]]));
  const withEdges = (edges: readonly number[]): Given => ({ requests: 2, buckets: histogram(edges, [0.3, 0.4]) });

  it('has nothing to say when the limit is an edge', () => {
    expect(inspect(withEdges([0.5, 2, 5]))).toEqual(nothing);
  });

  it.each([
    [
      [1, 2.5],
      'The limit 2 s of `latency-p99` is no edge of a histogram bucket (the nearest are 1 s below and 2.5 s above): within a bucket the quantile is only estimated.',
    ],
    [
      [5, 10],
      'The limit 2 s of `latency-p99` is no edge of a histogram bucket (the nearest are 5 s above): within a bucket the quantile is only estimated.',
    ],
    [
      [0.25, 1],
      'The limit 2 s of `latency-p99` is no edge of a histogram bucket (the nearest are 1 s below): a canary that is too slow would be no data instead of a failure.',
    ],
    [
      [],
      'The limit 2 s of `latency-p99` is no edge of a histogram bucket (the histogram has no edge at all): a canary that is too slow would be no data instead of a failure.',
    ],
  ])('names the edges next to a limit that is none: %j', (edges, what) => {
    expect(inspect(withEdges(edges))).toEqual({ problems: [], warnings: [{ what, remedy: expect.stringContaining('2 s') }] });
  });

  it('finds more errors than requests', () => {
    expect(inspect({ ...withEdges([2]), requests: 10, errors: 11 }).problems).toMatchObject([
      { what: 'Stable counts more errors (11) than requests (10).' },
    ]);
  });
});
