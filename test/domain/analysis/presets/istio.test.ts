import { describe, expect, it } from '@jest/globals';
import { readArm } from '../../../../src/domain/analysis/arm-answers.ts';
import { queriesFor } from '../../../../src/domain/analysis/arm-queries.ts';
import { istio } from '../../../../src/domain/analysis/presets/istio.ts';
import { parseSelector } from '../../../../src/domain/analysis/selector.ts';

const names = {
  namespace: 'shop',
  deployments: { stable: 'agent', canary: 'agent-canary' },
  route: 'agent-vs',
  canaryService: 'agent-canary',
};
const selector = istio.armSelector!('canary', names);

describe('preset istio', () => {
  it('tells the arms apart by their workloads, as the side that was called reports it', () => {
    expect(selector).toBe('reporter="destination",destination_workload_namespace="shop",destination_workload="agent-canary"');
    expect(istio.armSelector!('stable', names)).toBe(
      'reporter="destination",destination_workload_namespace="shop",destination_workload="agent"',
    );
    expect(parseSelector(selector)).toEqual({ ok: true, value: selector });
  });

  it('asks for its two metrics', () => {
    expect(queriesFor(istio, 'a="b"', true)).toEqual({
      requests: 'sum by (pod, response_code) (istio_requests_total{a="b"})',
      buckets: 'sum by (pod, le) (istio_request_duration_milliseconds_bucket{a="b"})',
    });
  });

  it.each([
    ['500', 10],
    ['503', 10],
    ['200', 0],
    ['404', 0],
    // The caller went away.
    ['0', 0],
    ['00', 'no data'],
    ['600', 'no data'],
    ['-', 'no data'],
  ])('takes response code %s for %s errors', (code, errors) => {
    const arm = readArm(istio, { requests: { promql: 'requests', series: [{ labels: { pod: 'a', response_code: code }, value: 10 }] } });
    expect(arm.is === 'counters' ? arm.counters.get('a')?.errors : 'no data').toBe(errors);
  });

  it('reads milliseconds', () => {
    const series = (le: string, value: number) => ({ labels: { pod: 'a', le }, value });
    const arm = readArm(istio, {
      requests: { promql: 'requests', series: [{ labels: { pod: 'a', response_code: '200' }, value: 10 }] },
      buckets: { promql: 'buckets', series: [series('500', 8), series('2500', 10), series('+Inf', 10)] },
    });
    expect(arm.is === 'counters' ? [...arm.counters.get('a')!.buckets.keys()] : arm).toEqual([0.5, 2.5, Number.POSITIVE_INFINITY]);
  });
});
