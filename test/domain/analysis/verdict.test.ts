import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Criterion } from '../../../src/domain/analysis/criteria.ts';
import { type Evidence, extend, startEvidence } from '../../../src/domain/analysis/evidence.ts';
import type { OwnValue } from '../../../src/domain/analysis/reading.ts';
import { judge, type Verdict } from '../../../src/domain/analysis/verdict.ts';
import { evidenceOf, type Given, histogram, noAnswer, reading } from './readings.ts';

const errorRate: Criterion = { kind: 'error-rate', max: 0.01 };
const successRate: Criterion = { kind: 'error-rate', max: 0.01, as: 'success-rate' };
const p99: Criterion = { kind: 'latency', quantile: 0.99, maxSeconds: 2 };
const stageWith = (given: Given): Evidence => evidenceOf([{ requests: 0 }, given]);
const judged = (criteria: readonly Criterion[], evidence: Evidence): Verdict => judge(criteria, evidence, 'canary', { minRequests: 300 });
const word = (verdict: Verdict): string => (verdict.is === 'no-data' ? verdict.cause : verdict.is);
const texts = (verdict: Verdict): readonly string[] => verdict.findings.map(({ text }) => text);

describe('error rate', () => {
  it.each([
    [{ requests: 300, errors: 3 }, 'pass', 'error-rate 1 % (≤ 1 %)'],
    [{ requests: 300, errors: 0 }, 'pass', 'error-rate 0 % (≤ 1 %)'],
    [{ requests: 300, errors: 4 }, 'fail', 'error-rate 1.3 % (≤ 1 %)'],
    [{ requests: 100_000, errors: 1004 }, 'fail', 'error-rate 1.004 % (≤ 1 %)'],
    [{ requests: 299, errors: 0 }, 'thin', 'error-rate 0 % (≤ 1 %): 299 of 300 requests'],
    [{ requests: 212, errors: 3 }, 'thin', 'error-rate 1.4 % (≤ 1 %): 212 of 300 requests'],
    [{ requests: 4, errors: 4 }, 'fail', 'error-rate 100 % (≤ 1 %)'],
    [{ requests: 3, errors: 3 }, 'thin', 'error-rate 100 % (≤ 1 %): 3 of 300 requests'],
    [{ requests: 0, errors: 0 }, 'silent', 'error-rate not measured: canary had no new request since the last reading'],
  ])('of %j is %s', (given, expected, text) => {
    const verdict = judged([errorRate], stageWith(given));
    expect([word(verdict), texts(verdict)]).toEqual([expected, [text]]);
  });

  it('fails early only when even good requests from now on could not save it', () => {
    for (let errors = 0; errors <= 50; errors += 1)
      expect(word(judged([errorRate], stageWith({ requests: 50, errors })))).toBe(errors > 3 ? 'fail' : 'thin');
  });

  it('equal to the limit passes, whatever the limit is in binary', () => {
    for (let percent = 1; percent <= 100; percent += 1) {
      const criteria: readonly Criterion[] = [{ kind: 'error-rate', max: percent / 100 }];
      const verdict = judge(criteria, stageWith({ requests: 100, errors: percent }), 'canary', { minRequests: 100 });
      expect([percent, verdict.is]).toEqual([percent, 'pass']);
    }
  });

  it('with a limit of 0 allows no error at all', () => {
    const none: Criterion = { kind: 'error-rate', max: 0 };
    expect(word(judged([none], stageWith({ requests: 1000, errors: 0 })))).toBe('pass');
    expect(word(judged([none], stageWith({ requests: 1, errors: 1 })))).toBe('fail');
  });

  it('is told as a success rate to whom wrote one', () => {
    expect(judged([successRate], stageWith({ requests: 1000, errors: 51 })).findings).toEqual([
      { criterion: 'success-rate', required: true, is: 'fail', measured: 0.949, limit: 0.99, text: 'success-rate 94.9 % (≥ 99 %)' },
    ]);
    expect(texts(judged([successRate], stageWith({ requests: 100_000, errors: 1004 })))).toEqual(['success-rate 98.996 % (≥ 99 %)']);
  });

  it('of stable is judged by stable', () => {
    const evidence = extend(
      startEvidence(reading(0, { requests: 0 }, { requests: 0 })),
      reading(30, { requests: 1000 }, { requests: 1000, errors: 500 }),
    );
    expect(judge([errorRate], evidence, 'stable', { minRequests: 300 }).is).toBe('fail');
    expect(judge([errorRate], evidence, 'canary', { minRequests: 300 }).is).toBe('pass');
  });
});

describe('silence', () => {
  const healthy = evidenceOf([{ requests: 0 }, { requests: 1000 }]);

  it('a missing metric is not healthy', () => {
    expect(word(judged([errorRate, p99], startEvidence()))).toBe('silent');
    const verdict = judged([errorRate], extend(startEvidence(), reading(0, { is: 'no-data', reason: 'no series matches x' })));
    expect([word(verdict), texts(verdict)]).toEqual(['silent', ['error-rate not measured: no series matches x']]);
  });

  it('traffic that stopped does not pass on an old window', () => {
    expect(judged([errorRate], healthy).is).toBe('pass');
    expect(word(judged([errorRate], extend(healthy, reading(60, { requests: 1000 }))))).toBe('silent');
  });

  it('an outage of the metric store does not pass on an old window', () => {
    expect(word(judged([errorRate], extend(healthy, reading(60, noAnswer))))).toBe('silent');
  });

  it('an outage of the metric store is not harm either', () => {
    const failing = evidenceOf([{ requests: 0 }, { requests: 1000, errors: 500 }]);
    expect(judged([errorRate], failing).is).toBe('fail');
    expect(word(judged([errorRate], extend(failing, reading(60, noAnswer))))).toBe('silent');
  });

  it('only a baseline is no verdict', () => {
    const verdict = judged([errorRate], startEvidence(reading(0, { requests: 100_000 })));
    expect([word(verdict), texts(verdict)]).toEqual(['silent', ['error-rate not measured: counting began only now in canary']]);
  });

  it('of one criterion keeps the others from passing the whole', () => {
    const verdict = judged([errorRate, p99], stageWith({ requests: 1000 }));
    expect(verdict.findings.map(({ is }) => is)).toEqual(['pass', 'no-data']);
    expect([word(verdict), texts(verdict)[1]]).toEqual(['silent', 'latency-p99 not measured: the histogram of canary counts no request']);
  });

  it('outweighs thinness: waiting alone would not help', () => {
    expect(word(judged([errorRate, p99], stageWith({ requests: 10 })))).toBe('silent');
  });
});

describe('a late fault', () => {
  it('fails although the whole stage has a good average', () => {
    const evidence = evidenceOf([{ requests: 0 }, { requests: 100_000 }, { requests: 100_300, errors: 30 }]);
    expect(judged([errorRate], evidence).is).toBe('fail');
  });

  it('that is over is forgotten when enough good requests came after it', () => {
    const evidence = evidenceOf([{ requests: 0 }, { requests: 300, errors: 30 }, { requests: 700, errors: 30 }]);
    expect(judged([errorRate], evidence).is).toBe('pass');
  });
});

describe('latency', () => {
  const requests = (slow: number, all: number, slowness: number, edges: readonly number[] = [0.5, 1, 2, 5]): Evidence =>
    stageWith({
      requests: all,
      buckets: histogram(
        edges,
        Array.from({ length: all }, (_, index) => (index < slow ? slowness : 0.3)),
      ),
    });

  it.each([
    [3, 300, 'pass'],
    [4, 300, 'fail'],
    [0, 299, 'thin'],
    [4, 50, 'fail'],
    [3, 50, 'thin'],
  ])('with %d slow of %d requests is %s', (slow, all, expected) => {
    expect(word(judged([p99], requests(slow, all, 4)))).toBe(expected);
  });

  it('equal to the limit passes', () => {
    const verdict = judged([p99], requests(300, 300, 2, [0.5, 1, 2, 5]));
    expect(verdict.is).toBe('pass');
    const exact = judged(
      [{ ...p99, quantile: 0.99 }],
      stageWith({
        requests: 300,
        buckets: new Map([
          [1, 200],
          [2, 297],
          [5, 300],
          [Infinity, 300],
        ]),
      }),
    );
    expect(exact.findings).toEqual([
      { criterion: 'latency-p99', required: true, is: 'pass', measured: 2, limit: 2, text: 'latency-p99 2 s (≤ 2 s)' },
    ]);
  });

  it('between two edges is estimated as Prometheus does', () => {
    const between = (at99: number): Evidence =>
      stageWith({
        requests: 1000,
        buckets: new Map([
          [1, 980],
          [3, at99],
          [5, 1000],
          [Infinity, 1000],
        ]),
      });
    expect(judged([p99], between(1000)).findings).toMatchObject([{ is: 'pass', measured: 2 }]);
    expect(judged([p99], between(999)).findings).toMatchObject([{ is: 'fail', measured: expect.closeTo(2.05, 2) }]);
  });

  it('in the open bucket above the limit fails', () => {
    expect(judged([p99], requests(10, 300, 9)).is).toBe('fail');
    expect(texts(judged([p99], requests(10, 300, 9)))).toEqual(['latency-p99 over 5 s (≤ 2 s)']);
  });

  it('in the open bucket below the limit is unknown and not a pass', () => {
    const verdict = judged([p99], requests(10, 300, 1.5, [0.5, 1]));
    expect([word(verdict), texts(verdict)]).toEqual([
      'silent',
      ['latency-p99 over 1 s (≤ 2 s): the histogram ends below the limit and needs a bucket edge at 2 s'],
    ]);
    expect(verdict.findings[0]).not.toHaveProperty('measured');
  });

  it('of a histogram without edges is unknown', () => {
    expect(word(judged([p99], stageWith({ requests: 300, buckets: new Map([[Infinity, 300]]) })))).toBe('silent');
  });

  it('reaches further back when the histogram saw fewer requests than the counter', () => {
    const edges = (count: number) => new Map([2, Infinity].map((edge) => [edge, count]));
    const evidence = evidenceOf([
      { requests: 0, buckets: edges(0) },
      { requests: 400, buckets: edges(400) },
      { requests: 700, buckets: edges(500) },
    ]);
    expect(judged([p99], evidence).is).toBe('pass');
  });

  it('counts the requests that the histogram saw, not those that the counter saw', () => {
    expect(
      word(
        judged(
          [p99],
          stageWith({
            requests: 3000,
            buckets: histogram(
              [1, 2],
              Array.from({ length: 100 }, () => 0.3),
            ),
          }),
        ),
      ),
    ).toBe('thin');
  });

  it('is written in the unit of its limit', () => {
    const p95: Criterion = { kind: 'latency', quantile: 0.95, maxSeconds: 0.5 };
    expect(texts(judge([p95], requests(100, 400, 0.9), 'canary', { minRequests: 300 }))).toEqual(['latency-p95 900 ms (≤ 500 ms)']);
  });
});

describe('own queries', () => {
  const queue: Criterion = { kind: 'query', name: 'queue', query: 'max(queue{$canary})', max: 100, required: true };
  const withOwn = (...own: readonly OwnValue[]): Evidence =>
    extend(startEvidence(reading(0, { requests: 0 })), reading(30, { requests: 1000 }, { requests: 1 }, own));
  const value = (measured: number): OwnValue => ({ name: 'queue', arm: 'canary', is: 'value', value: measured });

  it.each([
    [{ max: 100 }, 100, 'pass', 'queue 100 (≤ 100)'],
    [{ max: 100 }, 100.5, 'fail', 'queue 100.5 (≤ 100)'],
    [{ max: 0 }, 0, 'pass', 'queue 0 (≤ 0)'],
    [{ min: 5 }, 5, 'pass', 'queue 5 (≥ 5)'],
    [{ min: 5 }, 4.9, 'fail', 'queue 4.9 (≥ 5)'],
    [{ min: -1, max: 1 }, 0, 'pass', 'queue 0 (≥ -1, ≤ 1)'],
    [{ min: -1, max: 1 }, -2, 'fail', 'queue -2 (≥ -1, ≤ 1)'],
  ])('with %j and %d is %s', (limits, measured, expected, text) => {
    const verdict = judged(
      [{ kind: 'query', name: 'queue', query: 'max(queue{$canary})', required: true, ...limits }],
      withOwn(value(measured)),
    );
    expect([word(verdict), texts(verdict)]).toEqual([expected, [text]]);
  });

  it('without a value are no data', () => {
    const verdict = judged([errorRate, queue], withOwn({ name: 'queue', arm: 'canary', is: 'no-data', reason: 'the query gives NaN' }));
    expect([word(verdict), texts(verdict)[1]]).toEqual(['silent', 'queue not measured: the query gives NaN']);
  });

  it('that were not run, or only for the other arm, are no data', () => {
    expect(word(judged([queue], withOwn()))).toBe('silent');
    expect(word(judged([queue], withOwn({ ...value(1), arm: 'stable' })))).toBe('silent');
  });

  it('that are advisory never change the word, but are shown', () => {
    const advisory = { ...queue, required: false };
    const failed = judged([errorRate, advisory], withOwn(value(500)));
    expect([failed.is, failed.findings[1]?.is, texts(failed)[1]]).toEqual(['pass', 'fail', 'queue 500 (≤ 100, advisory)']);
    const missing = judged([errorRate, advisory], withOwn());
    expect([missing.is, missing.findings[1]?.is, texts(missing)[1]]).toEqual([
      'pass',
      'no-data',
      'queue not checked: the query was not run',
    ]);
  });
});

it('one failing criterion decides, also over missing data', () => {
  expect(judged([p99, errorRate], stageWith({ requests: 1000, errors: 100 })).is).toBe('fail');
});

it('without any criterion nothing was asked', () => {
  expect(judged([], startEvidence())).toEqual({ is: 'pass', findings: [] });
});

const anyStage = fc.array(fc.record({ requests: fc.nat(400), errors: fc.nat(400), gap: fc.boolean() }), { maxLength: 12 });
const anyLimit = fc.constantFrom(0, 0.001, 0.01, 0.05, 0.5, 1);
function stage(moves: readonly { readonly requests: number; readonly errors: number; readonly gap: boolean }[], moreErrors = 0): Evidence {
  let evidence = startEvidence(reading(0, { requests: 0 }));
  let [requests, errors] = [0, 0];
  for (const [index, move] of moves.entries()) {
    requests += move.requests;
    errors += Math.min(move.requests, move.errors + moreErrors);
    evidence = extend(evidence, reading(index * 30 + 30, move.gap ? noAnswer : { requests, errors }));
  }
  return evidence;
}

describe('whatever was measured', () => {
  it('never passes with fewer requests than needed', () => {
    fc.assert(
      fc.property(anyStage, anyLimit, fc.integer({ min: 1, max: 3000 }), (moves, max, minRequests) => {
        const evidence = stage(moves);
        const verdict = judge([{ kind: 'error-rate', max }], evidence, 'canary', { minRequests });
        expect(verdict.is === 'pass' && evidence.canary.total.requests < minRequests).toBe(false);
      }),
    );
  });

  it('more errors never turn a fail into a pass', () => {
    fc.assert(
      fc.property(
        anyStage,
        anyLimit,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 400 }),
        (moves, max, minRequests, more) => {
          const criteria: readonly Criterion[] = [{ kind: 'error-rate', max }];
          const before = judge(criteria, stage(moves), 'canary', { minRequests });
          const worse = judge(criteria, stage(moves, more), 'canary', { minRequests });
          expect([before.is, worse.is]).not.toEqual(['fail', 'pass']);
          expect(before.is !== 'fail' || worse.is === 'fail').toBe(true);
        },
      ),
    );
  });

  it('passes only what keeps its limit, and fails only what exceeds it', () => {
    fc.assert(
      fc.property(anyStage, anyLimit, fc.integer({ min: 1, max: 500 }), (moves, max, minRequests) => {
        const [finding] = judge([{ kind: 'error-rate', max }], stage(moves), 'canary', { minRequests }).findings;
        const measured = finding?.measured ?? Number.NaN;
        if (finding?.is === 'pass') expect(measured).toBeLessThanOrEqual(max + 1e-9);
        else if (finding?.is === 'fail') expect(measured).toBeGreaterThan(max);
        else expect(finding?.is).toBe('no-data');
      }),
    );
  });
});
