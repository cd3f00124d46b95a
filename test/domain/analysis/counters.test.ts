import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Counters, carry, type Increment, increment, nothing, sum } from '../../../src/domain/analysis/counters.ts';
import { type Given, pod } from './readings.ts';

const counters = (given: Readonly<Record<string, Given>>): Counters =>
  new Map(Object.entries(given).map(([name, its]) => [name, pod(its)]));
const buckets = (...pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> => new Map(pairs);

describe('increment', () => {
  it('counts what is new in each pod, and sums it', () => {
    const before = counters({ a: { requests: 100, errors: 1 }, b: { requests: 10, errors: 0 } });
    const after = counters({ a: { requests: 130, errors: 3 }, b: { requests: 15, errors: 1 } });
    expect(increment(before, after)).toMatchObject({ requests: 35, errors: 3 });
  });

  it('counts a pod that is new from 0', () => {
    expect(increment(counters({}), counters({ a: { requests: 7, errors: 2 } }))).toMatchObject({ requests: 7, errors: 2 });
  });

  it('adds nothing for a pod that vanished', () => {
    expect(increment(counters({ a: { requests: 7 }, b: { requests: 5 } }), counters({ b: { requests: 6 } }))).toMatchObject({
      requests: 1,
    });
  });

  it('counts all of a counter that began anew', () => {
    expect(increment(counters({ a: { requests: 100, errors: 4 } }), counters({ a: { requests: 20, errors: 1 } }))).toMatchObject({
      requests: 20,
      errors: 1,
    });
  });

  it('takes the errors along when the requests began anew, even if there are more of them already', () => {
    expect(increment(counters({ a: { requests: 100, errors: 1 } }), counters({ a: { requests: 50, errors: 30 } }))).toMatchObject({
      requests: 50,
      errors: 30,
    });
  });

  it('does not take the requests along when only the errors fell: they are two queries, and a pod may restart between them', () => {
    expect(increment(counters({ a: { requests: 1000, errors: 5 } }), counters({ a: { requests: 1010, errors: 0 } }))).toMatchObject({
      requests: 10,
      errors: 0,
    });
  });

  it('counts all errors of a counter of errors that began anew alone', () => {
    expect(increment(counters({ a: { requests: 1000, errors: 5 } }), counters({ a: { requests: 1010, errors: 2 } }))).toMatchObject({
      requests: 10,
      errors: 2,
    });
  });

  it('restarts one pod without touching the others', () => {
    const before = counters({ a: { requests: 100 }, b: { requests: 100 } });
    expect(increment(before, counters({ a: { requests: 3 }, b: { requests: 110 } })).requests).toBe(13);
  });

  it('takes histograms apart edge by edge', () => {
    const before = counters({ a: { requests: 10, buckets: buckets([1, 4], [2, 8], [Infinity, 10]) } });
    const after = counters({ a: { requests: 20, buckets: buckets([1, 5], [2, 12], [Infinity, 20]) } });
    expect(increment(before, after)).toEqual({ requests: 10, errors: 0, buckets: buckets([1, 1], [2, 4]), latencyRequests: 10 });
  });

  it('begins a whole histogram anew when one bucket fell', () => {
    const before = counters({ a: { requests: 10, buckets: buckets([1, 9], [Infinity, 10]) } });
    const after = counters({ a: { requests: 20, buckets: buckets([1, 2], [Infinity, 20]) } });
    expect(increment(before, after)).toMatchObject({ buckets: buckets([1, 2]), latencyRequests: 20 });
  });

  it('begins a histogram anew when its edges changed, because another program counts then', () => {
    const before = counters({ a: { requests: 10, buckets: buckets([1, 9], [Infinity, 10]) } });
    const after = counters({ a: { requests: 20, buckets: buckets([2, 15], [Infinity, 20]) } });
    expect(increment(before, after)).toMatchObject({ buckets: buckets([2, 15]), latencyRequests: 20 });
  });

  it('does so even if no count seems to have fallen', () => {
    const before = counters({ a: { requests: 10, buckets: buckets([1, 1], [Infinity, 10]) } });
    const after = counters({ a: { requests: 20, buckets: buckets([2, 5], [Infinity, 20]) } });
    expect(increment(before, after)).toMatchObject({ buckets: buckets([2, 5]), latencyRequests: 20 });
  });

  it('keeps only the edges that all pods have', () => {
    const after = counters({
      a: { requests: 10, buckets: buckets([1, 5], [2, 8], [Infinity, 10]) },
      b: { requests: 10, buckets: buckets([1, 6], [5, 9], [Infinity, 10]) },
    });
    expect(increment(counters({}), after)).toEqual({ requests: 20, errors: 0, buckets: buckets([1, 11]), latencyRequests: 20 });
  });

  it('keeps the edges of a pod that has requests beside one that has none', () => {
    const after = counters({
      a: { requests: 0, buckets: buckets([5, 0], [Infinity, 0]) },
      b: { requests: 3, buckets: buckets([1, 2], [Infinity, 3]) },
      c: { requests: 0 },
    });
    expect(increment(counters({}), after)).toMatchObject({ buckets: buckets([1, 2]), latencyRequests: 3 });
  });
});

describe('carry', () => {
  it('remembers a pod that one scrape missed, so that its whole past is not counted as new when it is back', () => {
    const first = counters({ a: { requests: 100_000 }, b: { requests: 10 } });
    const second = carry(first, counters({ b: { requests: 20 } }));
    expect(increment(second, counters({ a: { requests: 100_005 }, b: { requests: 21 } })).requests).toBe(6);
  });

  it('remembers a histogram that one answer missed', () => {
    const first = counters({ a: { requests: 10, buckets: buckets([1, 9], [Infinity, 10]) } });
    const second = carry(first, counters({ a: { requests: 20 } }));
    expect(increment(second, counters({ a: { requests: 30, buckets: buckets([1, 12], [Infinity, 15]) } }))).toMatchObject({
      requests: 10,
      latencyRequests: 5,
    });
  });

  it('takes over what is newer', () => {
    expect(carry(counters({ a: { requests: 10 } }), counters({ a: { requests: 3 } }))).toEqual(counters({ a: { requests: 3 } }));
  });
});

const edges = [0.5, 1, 2, Infinity];
const anyPod = fc
  .record({ requests: fc.nat(1000), errors: fc.nat(1000), parts: fc.array(fc.nat(100), { minLength: 4, maxLength: 4 }) })
  .map(({ requests, errors, parts }) => ({
    requests,
    errors: Math.min(errors, requests),
    buckets: new Map(edges.map((edge, index) => [edge, parts.slice(0, index + 1).reduce((total, part) => total + part, 0)])),
  }));
const anyCounters: fc.Arbitrary<Counters> = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), anyPod).map((given) => counters(given));

/** A pod whose counters never fall. */
const steps = fc.array(fc.record({ pod: fc.constantFrom('a', 'b', 'c'), good: fc.nat(50), bad: fc.nat(50) }), {
  minLength: 1,
  maxLength: 12,
});
function grow(moves: readonly { readonly pod: string; readonly good: number; readonly bad: number }[]): readonly Counters[] {
  const readings: Counters[] = [new Map()];
  for (const { pod: name, good, bad } of moves) {
    const last = readings.at(-1) ?? new Map();
    const { requests, errors } = last.get(name) ?? { requests: 0, errors: 0 };
    const all = requests + good + bad;
    const next = pod({
      requests: all,
      errors: errors + bad,
      buckets: new Map([
        [1, all - errors - bad],
        [Infinity, all],
      ]),
    });
    readings.push(new Map([...last, [name, next]]));
  }
  return readings;
}

describe('increments', () => {
  it('are never negative, and their buckets are cumulative, whatever happened in between', () => {
    fc.assert(
      fc.property(anyCounters, anyCounters, (before, after) => {
        const { requests, errors, buckets: counted, latencyRequests } = increment(before, after);
        const sorted = [...counted].sort(([one], [other]) => one - other).map(([, count]) => count);
        for (const [index, count] of [requests, errors, ...sorted].entries()) expect([index, count >= 0]).toEqual([index, true]);
        for (const [index, count] of [...sorted, latencyRequests].entries()) expect(count).toBeGreaterThanOrEqual(sorted[index - 1] ?? 0);
      }),
    );
  });

  it('never exceed what the counters hold now', () => {
    fc.assert(
      fc.property(anyCounters, anyCounters, (before, after) => {
        const all = increment(new Map(), after);
        const some = increment(before, after);
        expect([some.requests <= all.requests, some.errors <= all.errors, some.latencyRequests <= all.latencyRequests]).toEqual([
          true,
          true,
          true,
        ]);
      }),
    );
  });

  it('sum up to the total, however the time between is divided', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (moves, looked) => {
        const all = grow(moves);
        const seen = all.filter((_, index) => index === 0 || index === all.length - 1 || looked[index]);
        const parts = seen.slice(1).map((after, index) => increment(seen[index] ?? new Map(), after));
        expect(sum(parts)).toEqual(increment(new Map(), all.at(-1) ?? new Map()));
      }),
    );
  });

  it('can be summed in any grouping', () => {
    const anyIncrement: fc.Arbitrary<Increment> = fc.tuple(anyCounters, anyCounters).map(([before, after]) => increment(before, after));
    fc.assert(
      fc.property(fc.array(anyIncrement, { maxLength: 6 }), fc.nat(6), (parts, cut) => {
        expect(sum([sum(parts.slice(0, cut)), sum(parts.slice(cut))])).toEqual(sum(parts));
      }),
    );
  });

  it('without any are nothing', () => {
    expect(sum([])).toEqual(nothing);
    expect(increment(new Map(), new Map())).toEqual(nothing);
  });
});
