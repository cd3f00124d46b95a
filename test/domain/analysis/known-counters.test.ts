import { describe, expect, it } from '@jest/globals';
import { complete, heardLate, remembered } from '../../../src/domain/analysis/known-counters.ts';
import { noData, type Reading } from '../../../src/domain/analysis/reading.ts';

const arm = (counts: Readonly<Record<string, number>>) => ({
  is: 'counters' as const,
  counters: new Map(Object.entries(counts).map(([pod, requests]) => [pod, { requests, errors: 0, buckets: new Map<number, number>() }])),
});
const reading = (canary: Reading['canary'], stable: Reading['stable'] = arm({ s: 7 }), at = 0): Reading => ({
  at,
  canary,
  stable,
  own: [],
});
const silent = noData('no series');

describe('a reading to count from', () => {
  const known = remembered(remembered(undefined, reading(arm({ a: 10, b: 20 }))), reading(arm({ b: 25 })));

  it('has the last known counters of a pod that it lacks, and its own of every other', () => {
    expect(complete(known, reading(arm({ b: 30, c: 1 }), arm({ t: 2 }), 5))).toEqual(
      reading(arm({ a: 10, b: 30, c: 1 }), arm({ s: 7, t: 2 }), 5),
    );
  });

  it('is left as it is where nothing is known', () => {
    expect(complete(undefined, reading(arm({ b: 30 })))).toEqual(reading(arm({ b: 30 })));
  });

  it('has no data of an arm that gave none: what is known of it is of another weight', () => {
    expect(complete(known, reading(silent))).toEqual(reading(silent));
  });
});

it('an arm that once gave nothing is known as it was before', () => {
  const known = remembered(reading(arm({ a: 10 })), reading(silent));
  expect(complete(known, reading(arm({ b: 1 }))).canary).toEqual(arm({ a: 10, b: 1 }));
});

it('pods that were there, and of which no scrape had come by then, count from their first one; others from 0, and an arm without data from its own', () => {
  const baseline = reading(arm({ a: 10 }), silent);
  expect(heardLate(baseline, reading(arm({ a: 15, b: 40, c: 3 }), arm({ s: 9 }), 5), new Set(['a', 'b', 's']))).toEqual(
    reading(arm({ a: 10, b: 40 }), silent),
  );
});
