import { describe, expect, it } from '@jest/globals';
import { agent } from '../../../src/domain/analysis/presets/agent.ts';
import { http } from '../../../src/domain/analysis/presets/http.ts';
import { istio } from '../../../src/domain/analysis/presets/istio.ts';
import { nginxIngress } from '../../../src/domain/analysis/presets/nginx-ingress.ts';
import { parseMetricSource } from '../../../src/domain/analysis/written-source.ts';

const problemOf = (written: unknown): string => {
  const result = parseMetricSource(written);
  return result.ok ? 'accepted' : `${result.problem} → ${result.remedy}`;
};
const queries = { requests: 'r_total{$selector}', errors: 'r_total{$selector,code=~"5.."}' };

describe('parseMetricSource', () => {
  it('reads the name of a preset', () => {
    expect(parseMetricSource('http')).toEqual({ ok: true, value: http });
    expect(parseMetricSource('agent')).toEqual({ ok: true, value: agent });
    expect(parseMetricSource({ preset: 'agent' })).toEqual({ ok: true, value: agent });
  });

  it('reads a preset with other names in it', () => {
    const written = {
      preset: 'http',
      counter: 'my:requests_total',
      'status-label': 'code',
      'latency-buckets': 'my_ms_bucket',
      'latency-unit': 'ms',
      'pod-label': 'instance',
    };
    expect(parseMetricSource(written)).toEqual({
      ok: true,
      value: { ...http, counter: 'my:requests_total', statusLabel: 'code', buckets: 'my_ms_bucket', unit: 'ms', podLabel: 'instance' },
    });
  });

  it('leaves to a preset what is not named: its unit and its pod label', () => {
    expect(parseMetricSource({ preset: 'istio', counter: 'my_requests_total' })).toMatchObject({
      value: { ...istio, counter: 'my_requests_total' },
    });
    expect(parseMetricSource({ preset: 'nginx-ingress' })).toEqual({ ok: true, value: nginxIngress });
    expect(parseMetricSource({ preset: 'istio', 'latency-unit': 's' })).toMatchObject({ value: { unit: 's', podLabel: 'pod' } });
  });

  it('reads queries of counters', () => {
    expect(parseMetricSource(queries)).toEqual({ ok: true, value: { kind: 'queries', ...queries, unit: 's', podLabel: 'pod' } });
    expect(parseMetricSource({ ...queries, 'latency-buckets': ' b{$selector} ', 'latency-unit': 'ms' })).toMatchObject({
      value: { buckets: 'b{$selector}', unit: 'ms' },
    });
    expect(parseMetricSource({ ...queries, errors: 'e{$selector} or 0 * r_total{$selector}' })).toMatchObject({ ok: true });
  });

  it.each([['prometheus'], ['constructor'], ['']])('refuses the preset %j with the known ones', (name) => {
    expect(problemOf(name)).toMatch(/is not known → Known are `agent`, `http`/);
    if (name !== '') expect(problemOf({ preset: name })).toContain('Known are `agent`, `http`');
  });

  it.each([
    [null, 'is neither a preset nor a map'],
    [[], 'is neither a preset nor a map'],
    [5, 'is neither a preset nor a map'],
    [{}, 'has no `requests`'],
    [{ requests: queries.requests }, 'has no `errors`'],
    [{ errors: queries.errors }, 'has no `requests`'],
    [{ ...queries, success: 'x' }, 'has the unknown field `success`'],
    [{ preset: 'http', requests: 'x' }, 'has the unknown field `requests`'],
    [{ ...queries, errors: 5 }, 'has a field `errors` that is not a text'],
    [{ ...queries, errors: '' }, 'has a field `errors` that is not a text'],
    [{ ...queries, errors: 'x'.repeat(9000) }, 'has a field `errors` that is not a text'],
    [{ ...queries, 'latency-unit': 'us' }, 'has the `latency-unit` `us`'],
    [{ ...queries, 'pod-label': 'pod) (x' }, 'which is no label name'],
    [{ preset: 'http', counter: 'x{a="1"}' }, 'which is no metric name'],
    [{ preset: 'http', 'latency-buckets': 'x}' }, 'which is no metric name'],
    [{ preset: 'http', 'status-label': 'a-b' }, 'which is no label name'],
    [{ ...queries, requests: 'r_total' }, 'which has no `$selector` among its label matchers'],
    [{ ...queries, requests: 'r_total{a="$selector"}' }, 'which has no `$selector`'],
    [{ ...queries, requests: 'r_total{$selector,a="$selector"}' }, 'has `$selector` in quotes'],
    [{ ...queries, requests: 'sum(r_total{$selector}' }, 'without its partner'],
    [{ ...queries, requests: 'r_total{$selector}) + (r_total{$selector}' }, 'without its partner'],
    [{ ...queries, requests: 'r_total{$selector} # all' }, 'or a comment'],
    [{ ...queries, requests: 'rate(r_total{$selector}[5m])' }, 'asks for a range → Give the counter itself'],
    [{ ...queries, requests: 'r_total{$selector,$canary}' }, 'has `$canary`'],
    [{ ...queries, 'latency-buckets': 'b' }, 'has `latency-buckets` = `b`, which has no `$selector`'],
  ])('refuses %j', (written, problem) => {
    expect(problemOf(written)).toContain(problem);
  });
});
