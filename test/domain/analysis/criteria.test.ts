import { describe, expect, it } from '@jest/globals';
import { asksLatency, type Criterion, criterionName, defaultMinRequests } from '../../../src/domain/analysis/criteria.ts';

const rate = (max: number): Criterion => ({ kind: 'error-rate', max });
const latency = (quantile: number): Criterion => ({ kind: 'latency', quantile, maxSeconds: 1 });
const own: Criterion = { kind: 'query', name: 'queue', query: 'q', max: 1, required: true };

describe('defaultMinRequests', () => {
  it.each([
    [[rate(0.01)], 300],
    [[rate(0.05)], 60],
    [[rate(0.005)], 600],
    [[rate(0.03)], 100],
    [[rate(0.3)], 10],
    [[rate(0)], 300],
    [[rate(0), rate(0.001)], 3000],
    [[latency(0.99)], 300],
    [[rate(0.05), latency(0.99)], 300],
    [[rate(0.01), latency(0.5)], 300],
    [[latency(0.999)], 3000],
    [[own], 300],
    [[], 300],
  ])('of %j is %d', (criteria, requests) => {
    expect(defaultMinRequests(criteria)).toBe(requests);
  });
});

describe('criterionName', () => {
  it.each([
    [rate(0.01), 'error-rate'],
    [{ kind: 'error-rate', max: 0.01, as: 'success-rate' } as const, 'success-rate'],
    [latency(0.99), 'latency-p99'],
    [latency(0.95), 'latency-p95'],
    [latency(0.999), 'latency-p99.9'],
    [latency(0.57), 'latency-p57'],
    [own, 'queue'],
  ])('of %j is %s', (criterion, name) => {
    expect(criterionName(criterion)).toBe(name);
  });
});

it('asksLatency', () => {
  expect(asksLatency([rate(0.01), latency(0.5)])).toBe(true);
  expect(asksLatency([rate(0.01), own])).toBe(false);
});
