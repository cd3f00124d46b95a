import { describe, expect, it } from '@jest/globals';
import type { OwnQuery } from '../../../src/domain/analysis/criteria.ts';
import { type Measurement, ownPromql, readOwn } from '../../../src/domain/analysis/measurement.ts';
import { http } from '../../../src/domain/analysis/presets/http.ts';

const query: OwnQuery = {
  kind: 'query',
  name: 'ratio',
  query: 'x{$canary} / x{$stable} * on() y{namespace="$namespace",a=~"$namespaces|$canary"} + z{namespace=$namespace}',
  max: 1,
  required: true,
};
const plan: Measurement = { source: http, criteria: [query], namespace: 'shop' };
const selectors = { canary: 'v="new"', stable: 'v="old"' };

describe('ownPromql', () => {
  it('puts in both selectors', () => {
    expect(ownPromql(query, plan, selectors, 'canary')).toBe(
      'x{v="new"} / x{v="old"} * on() y{namespace="shop",a=~"$namespaces|$canary"} + z{namespace="shop"}',
    );
  });
  it('watches stable when stable is judged', () => {
    expect(ownPromql(query, plan, selectors, 'stable')).toBe(
      'x{v="old"} / x{v="old"} * on() y{namespace="shop",a=~"$namespaces|$canary"} + z{namespace="shop"}',
    );
  });
});

describe('readOwn', () => {
  const series = (...values: readonly number[]) => values.map((value) => ({ labels: {}, value }));
  it('takes exactly one finite number', () => {
    expect(readOwn(series(0))).toEqual({ is: 'value', value: 0 });
    expect(readOwn(series(-1.5))).toEqual({ is: 'value', value: -1.5 });
  });
  it.each([
    [[], 'the query gives no value'],
    [[1, 2], 'the query gives 2 values instead of one'],
    [[1, 1], 'the query gives 2 values instead of one'],
    [[Number.NaN], 'the query gives NaN'],
    [[Infinity], 'the query gives Infinity'],
    [[-Infinity], 'the query gives -Infinity'],
  ])('takes %j for no data', (values, reason) => {
    expect(readOwn(series(...values))).toEqual({ is: 'no-data', reason });
  });
});
