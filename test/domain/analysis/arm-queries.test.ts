import { describe, expect, it } from '@jest/globals';
import { queriesFor } from '../../../src/domain/analysis/arm-queries.ts';
import type { QueriedSource } from '../../../src/domain/analysis/metric-source.ts';
import { http } from '../../../src/domain/analysis/presets/http.ts';

const own: QueriedSource = {
  kind: 'queries',
  requests: 'my_requests_total{$selector}',
  errors: 'my_requests_total{$selector,code=~"5..$|$selector"} or 0 * my_requests_total{$selector}',
  buckets: 'my_seconds_bucket{$selector}',
  unit: 's',
  podLabel: 'pod',
};

describe('queriesFor', () => {
  it('asks for no histogram when no criterion needs one', () => {
    expect(queriesFor(http, 'a="1"', false)).toEqual({ requests: 'sum by (pod, status) (http_requests_total{a="1"})' });
    expect(queriesFor(own, 'a="1"', false)).not.toHaveProperty('buckets');
  });

  it('puts the selector into own queries wherever it is asked for, but not into strings', () => {
    expect(queriesFor(own, 'a="1",b=~"$"', true)).toEqual({
      requests: 'sum by (pod) (my_requests_total{a="1",b=~"$"})',
      errors: 'sum by (pod) (my_requests_total{a="1",b=~"$",code=~"5..$|$selector"} or 0 * my_requests_total{a="1",b=~"$"})',
      buckets: 'sum by (pod, le) (my_seconds_bucket{a="1",b=~"$"})',
    });
  });

  it('asks for no histogram where the source has none', () => {
    const { buckets, ...without } = own;
    expect([buckets, queriesFor(without, 'a="1"', true)]).not.toHaveProperty('1.buckets');
  });

  it('tells processes apart by the label that the source names', () => {
    expect(queriesFor({ ...http, podLabel: 'instance', statusLabel: 'code' }, 'a="1"', true)).toEqual({
      requests: 'sum by (instance, code) (http_requests_total{a="1"})',
      buckets: 'sum by (instance, le) (http_request_duration_seconds_bucket{a="1"})',
    });
  });
});
