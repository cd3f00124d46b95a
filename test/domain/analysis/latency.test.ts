import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Increment, nothing } from '../../../src/domain/analysis/counters.ts';
import { exceeds, neighbouringEdges, quantileOf, slowerThan } from '../../../src/domain/analysis/latency.ts';

const of = (latencyRequests: number, ...buckets: readonly (readonly [number, number])[]): Increment => ({
  ...nothing,
  latencyRequests,
  buckets: new Map(buckets),
});

describe('quantileOf', () => {
  it.each([
    ['in the middle of a bucket', of(100, [1, 0], [2, 100]), 0.5, { is: 'at', seconds: 1.5 }],
    ['at the edge of a bucket', of(100, [1, 99], [2, 100]), 0.99, { is: 'at', seconds: 1 }],
    ['from 0 in the first bucket', of(100, [1, 100]), 0.5, { is: 'at', seconds: 0.5 }],
    ['at the edge of a first bucket below 0', of(100, [-1, 100], [1, 100]), 0.5, { is: 'at', seconds: -1 }],
    ['over an empty bucket', of(10, [1, 5], [2, 5], [3, 10]), 0.6, { is: 'at', seconds: 2.2 }],
    ['whatever the order of the buckets', of(100, [2, 100], [1, 0]), 0.5, { is: 'at', seconds: 1.5 }],
    ['only from below in the open bucket', of(100, [1, 50], [2, 98]), 0.99, { is: 'above', seconds: 2 }],
    ['above nothing at all without edges', of(100), 0.5, { is: 'above', seconds: 0 }],
    ['at the last edge in spite of binary dust', of(100, [0.5, 7]), 0.07, { is: 'at', seconds: 0.5 }],
  ] as const)('is known %s', (_, increment, quantile, expected) => {
    const found = quantileOf(increment, quantile);
    expect(found?.is).toBe(expected.is);
    expect(found?.seconds).toBeCloseTo(expected.seconds, 9);
  });

  it('of no request is unknown', () => {
    expect(quantileOf(of(0, [1, 0]), 0.99)).toBeUndefined();
  });

  it('is what single requests say, to within its bucket', () => {
    const edges = [0.1, 0.2, 0.5, 1, 2, 5];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 4.9, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9, 0.95, 0.99),
        (latencies, quantile) => {
          const sorted = latencies.toSorted((one, other) => one - other);
          const truth = sorted[Math.max(0, Math.ceil(quantile * sorted.length - 1e-9) - 1)] ?? 0;
          const upper = edges.findIndex((edge) => truth <= edge);
          const found = quantileOf(
            of(latencies.length, ...edges.map((edge) => [edge, latencies.filter((latency) => latency <= edge).length] as const)),
            quantile,
          );
          expect(found?.is).toBe('at');
          expect(found?.seconds).toBeLessThanOrEqual((edges[upper] ?? 0) + 1e-9);
          expect(found?.seconds).toBeGreaterThanOrEqual((edges[upper - 1] ?? 0) - 1e-9);
        },
      ),
    );
  });
});

describe('slowerThan', () => {
  const increment = of(100, [0.5, 60], [1, 80], [2, 95]);
  it.each([
    [1, 20],
    [0.9, 20],
    [1.1, 5],
    [2, 5],
    [2.1, 0],
    [0.1, 40],
  ])('%d s are certainly %d requests', (limit, slow) => {
    expect(slowerThan(increment, limit)).toBe(slow);
  });
});

describe('neighbouringEdges', () => {
  const edges = [1, 2.5, 0.5, Infinity];
  it.each([
    [2.5, undefined],
    [2, { below: 1, above: 2.5 }],
    [0.1, { above: 0.5 }],
    [3, { below: 2.5 }],
  ])('of %d', (limit, expected) => {
    expect(neighbouringEdges(edges, limit)).toEqual(expected);
  });
  it('of a histogram without edges are none', () => {
    expect(neighbouringEdges([Infinity], 1)).toEqual({});
  });
});

describe('exceeds', () => {
  it('does not take binary dust for more', () => {
    expect(exceeds(29, 0.29 * 100)).toBe(false);
    expect(exceeds(0.3, 0.1 * 3)).toBe(false);
    expect(exceeds(1, 1)).toBe(false);
    expect(exceeds(0, 0)).toBe(false);
  });
  it('sees one request more among a hundred million', () => {
    expect(exceeds(1_000_001, 0.01 * 100_000_000)).toBe(true);
    expect(exceeds(1, 0)).toBe(true);
  });
});
