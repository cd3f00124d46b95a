import { describe, expect, it } from '@jest/globals';
import { disjoint } from '../../../src/domain/analysis/reading.ts';
import { noAnswer, pods } from './readings.ts';

describe('disjoint', () => {
  const canary = pods({ c: { requests: 1 } });
  const stable = pods({ s: { requests: 1 } });

  it('leaves arms alone that have no pod in common', () => {
    expect(disjoint(canary, stable)).toEqual({ canary, stable });
    expect(disjoint(noAnswer, stable)).toEqual({ canary: noAnswer, stable });
    expect(disjoint(canary, noAnswer)).toEqual({ canary, stable: noAnswer });
  });

  it('takes a pod in both arms for no data of either', () => {
    const overlap = { is: 'no-data', reason: 'the selectors of canary and stable both match pod c' };
    expect(disjoint(canary, pods({ s: { requests: 1 }, c: { requests: 1 } }))).toEqual({ canary: overlap, stable: overlap });
  });
});
