import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Evidence, extend, share, startEvidence, window } from '../../../src/domain/analysis/evidence.ts';
import { evidenceOf, noAnswer, pods, reading } from './readings.ts';

describe('the first reading', () => {
  it('is only a baseline when the stage began without one', () => {
    const evidence = extend(startEvidence(), reading(0, { requests: 500, errors: 400 }));
    expect(evidence.canary).toMatchObject({ newest: { is: 'baseline' }, total: { requests: 0, errors: 0 }, increments: [] });
    expect(extend(evidence, reading(30, { requests: 510, errors: 400 })).canary.total).toMatchObject({ requests: 10, errors: 0 });
  });

  it('counts when the stage began with one', () => {
    const evidence = extend(startEvidence(reading(0, { requests: 500, errors: 400 })), reading(30, { requests: 510, errors: 401 }));
    expect(evidence.canary).toMatchObject({ newest: { is: 'increment' }, total: { requests: 10, errors: 1 } });
  });

  it('is a baseline of the arm that gave none before', () => {
    const evidence = extend(startEvidence(reading(0, noAnswer)), reading(30, { requests: 500 }));
    expect(evidence.canary.newest).toEqual({ is: 'baseline' });
    expect(evidence.stable.newest).toEqual({ is: 'increment' });
  });
});

describe('a gap', () => {
  it('is said, and the next good reading covers it', () => {
    let evidence = evidenceOf([{ requests: 0 }, { requests: 100, errors: 1 }]);
    evidence = extend(evidence, reading(60, noAnswer));
    expect(evidence.canary).toMatchObject({ newest: noAnswer, total: { requests: 100 } });
    evidence = extend(evidence, reading(90, { requests: 400, errors: 9 }));
    expect(evidence.canary).toMatchObject({ newest: { is: 'increment' }, total: { requests: 400, errors: 9 } });
  });

  it('of one pod in one scrape does not count its past again', () => {
    let evidence = startEvidence(reading(0, pods({ a: { requests: 90_000 }, b: { requests: 10 } })));
    evidence = extend(evidence, reading(30, pods({ b: { requests: 20 } })));
    evidence = extend(evidence, reading(60, pods({ a: { requests: 90_002 }, b: { requests: 30 } })));
    expect(evidence.canary.total.requests).toBe(22);
  });

  it('at the end of a stage is covered by the next one, which begins at the last known counters', () => {
    const before = extend(evidenceOf([{ requests: 0 }, { requests: 100 }]), reading(60, noAnswer));
    const next = extend(startEvidence(before.last), reading(90, { requests: 130 }));
    expect(next.canary.total.requests).toBe(30);
  });
});

describe('share', () => {
  it('is unknown without requests', () => {
    expect(share(startEvidence())).toBeUndefined();
    expect(
      share(extend(startEvidence(reading(0, { requests: 1 }, { requests: 5 })), reading(30, { requests: 1 }, { requests: 5 }))),
    ).toBeUndefined();
  });

  it('is what the canary got of all requests', () => {
    expect(
      share(extend(startEvidence(reading(0, { requests: 0 }, { requests: 1000 })), reading(30, { requests: 5 }, { requests: 1095 }))),
    ).toBe(0.05);
  });

  it('compares both arms over the same time when one of them had a gap', () => {
    let evidence = startEvidence(reading(0, { requests: 0 }, { requests: 0 }));
    evidence = extend(evidence, reading(30, { requests: 10 }, { requests: 90 }));
    evidence = extend(evidence, reading(60, noAnswer, { requests: 180 }));
    expect(share(evidence)).toBe(0.1);
    evidence = extend(evidence, reading(90, { requests: 30 }, { requests: 270 }));
    expect(share(evidence)).toBe(0.1);
  });

  it('does not hold what stable counted before the canary was counted at all against the canary', () => {
    let evidence = startEvidence(reading(0, noAnswer, { requests: 0 }));
    evidence = extend(evidence, reading(30, noAnswer, { requests: 100_000 }));
    evidence = extend(evidence, reading(60, { requests: 7 }, { requests: 200_000 }));
    evidence = extend(evidence, reading(90, { requests: 17 }, { requests: 200_090 }));
    expect(share(evidence)).toBe(0.1);
  });
});

describe('window', () => {
  const growing = (requests: readonly number[]): Evidence =>
    evidenceOf([0, ...requests].map((_, index) => ({ requests: requests.slice(0, index).reduce((total, more) => total + more, 0) })));

  it.each([
    [[100, 100, 100, 100], 250, 300],
    [[100, 100, 100, 100], 300, 300],
    [[100, 100, 100, 100], 301, 400],
    [[100, 100, 100, 100], 5000, 400],
    [[1000, 10, 10], 15, 20],
    [[10, 1000], 300, 1000],
    [[100, 0], 50, 100],
    [[100, 20], 0, 20],
    [[], 300, 0],
  ])('of increments %j that hold at least %d requests holds %d', (increments, minRequests, held) => {
    expect(window(growing(increments), 'canary', minRequests).requests).toBe(held);
  });

  it('does not hide a late fault behind a healthy past', () => {
    const evidence = evidenceOf([{ requests: 0 }, { requests: 100_000 }, { requests: 100_300, errors: 30 }]);
    expect(window(evidence, 'canary', 300)).toMatchObject({ requests: 300, errors: 30 });
  });

  it('grows with the number that is asked for, contains the newest increment and never more than all', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 1, maxLength: 20 }), fc.nat(2000), fc.nat(2000), (increments, one, other) => {
        const evidence = growing(increments);
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((least) => window(evidence, 'canary', least).requests);
        const all = evidence.canary.total.requests;
        expect(less).toBeGreaterThanOrEqual(increments.at(-1) ?? 0);
        expect(more).toBeGreaterThanOrEqual(less ?? 0);
        expect(more).toBeLessThanOrEqual(all);
        expect((more ?? 0) >= Math.min(all, Math.max(one, other))).toBe(true);
      }),
    );
  });
});

describe('memory', () => {
  const long = Array.from({ length: 5000 }, (_, index) => ({ requests: index * 10, errors: index }));
  const evidence = evidenceOf(long);

  it('is bounded, however long a stage lasts', () => {
    expect(evidence.canary.increments.length).toBeLessThanOrEqual(128);
  });

  it('loses no request', () => {
    expect(evidence.canary.total).toMatchObject({ requests: 49_990, errors: 4999 });
    expect(window(evidence, 'canary', Infinity)).toMatchObject({ requests: 49_990, errors: 4999 });
  });

  it('keeps the newest readings single', () => {
    expect(window(evidence, 'canary', 300)).toMatchObject({ requests: 300 });
  });
});

it('evidence is not changed by what comes after it', () => {
  const evidence = evidenceOf([{ requests: 0 }, { requests: 100 }]);
  const before = structuredClone(evidence);
  extend(evidence, reading(60, { requests: 200 }));
  expect(evidence).toEqual(before);
});
