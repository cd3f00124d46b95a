import { describe, expect, it } from '@jest/globals';
import { parseCriteria } from '../../../src/domain/analysis/written-criteria.ts';

const problemOf = (written: unknown): string => {
  const result = parseCriteria(written);
  return result.ok ? 'accepted' : `${result.problem} → ${result.remedy}`;
};

describe('parseCriteria', () => {
  it('reads a map of limits', () => {
    expect(parseCriteria({ 'error-rate': '1%', 'latency-p99': '2000ms', 'latency-p50': '100ms' })).toEqual({
      ok: true,
      value: [
        { kind: 'error-rate', max: 0.01 },
        { kind: 'latency', quantile: 0.99, maxSeconds: 2 },
        { kind: 'latency', quantile: 0.5, maxSeconds: 0.1 },
      ],
    });
  });

  it('reads a success rate as the error rate that it leaves', () => {
    expect(parseCriteria({ 'success-rate': '99%' })).toEqual({ ok: true, value: [{ kind: 'error-rate', max: 0.01, as: 'success-rate' }] });
  });

  it.each([
    ['latency-p95', 0.95],
    ['latency-p90', 0.9],
    ['latency-p99.9', 0.999],
  ])('reads %s', (name, quantile) => {
    expect(parseCriteria({ [name]: '1s' })).toMatchObject({ value: [{ quantile }] });
  });

  it('reads a list of maps and own queries', () => {
    const query = {
      name: 'queue',
      query: 'max(queue_length{$canary}) / max(queue_length{$stable, ns="$x"})',
      max: 1.5,
      min: 0,
      required: false,
    };
    expect(parseCriteria([{ 'error-rate': '1%' }, query, { name: 'orders', query: 'orders{$canary}', min: 1 }])).toEqual({
      ok: true,
      value: [
        { kind: 'error-rate', max: 0.01 },
        { kind: 'query', ...query },
        { kind: 'query', name: 'orders', query: 'orders{$canary}', min: 1, required: true },
      ],
    });
  });

  it('an unknown criterion is refused, with the known names', () => {
    expect(problemOf({ 'error-rate': '1%', 'cpu-usage': '80%' })).toMatch(
      /has the criterion `cpu-usage`, which is not known → .*`error-rate`, `success-rate`, `latency-p50`.*`latency-p99`/,
    );
    expect(problemOf({ 'latency-p98': '1s' })).toContain('not known');
    expect(problemOf({ constructor: '1%' })).toContain('not known');
  });

  it('one with a query of its own is told of the form that is accepted', () => {
    const told = problemOf({ queue: { query: 'max(queue_length{$canary})', max: 100 } });
    expect(told).toContain('or a query of your own as `{ name, query, max and/or min, required }`');
    // What it tells to write is taken.
    expect(parseCriteria([{ name: 'queue', query: 'max(queue_length{$canary})', max: 100 }])).toMatchObject({ ok: true });
  });

  it.each([
    [{ error_rate: 0.01 }, '`error-rate: 1%`'],
    [{ latency_p99_ms: 2000 }, '`latency-p99: 2000ms`'],
    [{ success_rate: 0.95 }, '`success-rate: 99%`'],
    [{ latency_p95_seconds: 1 }, '`latency-p95: 2000ms`'],
  ])('refuses the spelling %j with the right name', (written, remedy) => {
    expect(problemOf(written)).toMatch(new RegExp(`not known → Write ${remedy}\\.`));
  });

  it.each([
    [{ 'error-rate': 0.01 }, 'has `error-rate` = `0.01`, which is ambiguous: 0.01 % or 1 %?'],
    [{ 'error-rate': 1 }, 'has `error-rate` = `1`, which is ambiguous'],
    [{ 'error-rate': null }, 'has `error-rate` = ``, which is not a percentage'],
    [{ 'error-rate': '101%' }, 'outside 0 % to 100 %'],
    [{ 'error-rate': ['1%'] }, 'is not a percentage'],
    [{ 'latency-p99': 2000 }, 'has `latency-p99` = `2000`, which has no unit'],
    [{ 'latency-p99': '0s' }, 'no request can keep to'],
    [{ 'error-rate': '100%' }, 'has `error-rate` = `100%`, which is a limit that every version keeps'],
    [{ 'success-rate': '0%' }, 'has `success-rate` = `0%`, which is a limit that every version keeps'],
    [{ 'latency-p99': '1%' }, 'is not a duration'],
    [{ 'error-rate': '1%', 'success-rate': '99%' }, 'says `success-rate` twice'],
    [[{ 'error-rate': '1%' }, { 'error-rate': '2%' }], 'says `error-rate` twice'],
    ['error-rate', 'is neither a map of criteria nor a list'],
    [null, 'is neither a map of criteria nor a list'],
    [undefined, 'is neither a map of criteria nor a list'],
    [['error-rate'], 'is neither a map of criteria nor a list'],
    [[], 'has no required criterion, so everything would pass'],
    [{}, 'has no required criterion, so everything would pass'],
  ])('refuses %j', (written, problem) => {
    expect(problemOf(written)).toContain(problem);
  });

  const query = { name: 'queue', query: 'max(q{$canary})', max: 1 };
  it.each([
    [{ ...query, name: undefined }, 'without a usable `name`'],
    [{ ...query, name: 'Queue length' }, 'without a usable `name`'],
    [{ ...query, name: 'error-rate' }, 'the name of a built-in criterion'],
    [{ ...query, query: '' }, 'without a PromQL text'],
    [{ ...query, query: 5 }, 'without a PromQL text'],
    [{ name: 'queue', max: 1 }, 'without a PromQL text'],
    [{ ...query, query: 'x'.repeat(9000) }, 'without a PromQL text'],
    [{ ...query, query: 'max(q{$canary}' }, 'has no partner'],
    [{ ...query, query: 'q # {$canary}' }, 'or a comment'],
    [{ ...query, query: 'q{$baseline}' }, 'with `$baseline`'],
    [{ ...query, query: 'q{pod=~"$canary"}' }, 'with `$canary` in quotes'],
    [{ ...query, query: 'rate(q[$__rate_interval])' }, 'with `$__rate_interval`'],
    [{ ...query, max: undefined }, 'without a limit, so everything would pass'],
    [{ ...query, max: '1' }, 'a limit that is not a plain number'],
    [{ ...query, max: Number.NaN }, 'a limit that is not a plain number'],
    [{ ...query, min: Infinity }, 'a limit that is not a plain number'],
    [{ ...query, min: 2 }, 'with min 2 above max 1'],
    [{ ...query, required: 'no' }, 'neither true nor false'],
    [{ ...query, maximum: 1 }, 'the unknown field `maximum`'],
    [{ ...query, 'error-rate': '1%' }, 'the unknown field `error-rate`'],
  ])('refuses the query %j', (written, problem) => {
    expect(problemOf([written])).toContain(problem);
  });

  it('refuses only advisory criteria, and the same name twice', () => {
    expect(problemOf([{ ...query, required: false }])).toContain('has no required criterion');
    expect(problemOf([query, query])).toContain('says `queue` twice');
  });

  it('bounds what it shows of foreign text', () => {
    expect(problemOf({ [`x\n${'y'.repeat(10_000)}`]: '1%' }).length).toBeLessThan(500);
  });
});
