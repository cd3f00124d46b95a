import { describe, expect, it } from '@jest/globals';
import { readArm } from '../../../../src/domain/analysis/arm-answers.ts';
import { queriesFor } from '../../../../src/domain/analysis/arm-queries.ts';
import { nginxIngress } from '../../../../src/domain/analysis/presets/nginx-ingress.ts';
import { parseSelector } from '../../../../src/domain/analysis/selector.ts';

const names = {
  namespace: 'shop',
  deployments: { stable: 'agent', canary: 'agent-canary' },
  route: 'agent',
  canaryService: 'agent-canary',
};

describe('preset nginx-ingress', () => {
  it('tells the arms apart by the upstream that stable’s Ingress was left for', () => {
    expect(nginxIngress.armSelector!('stable', names)).toBe('namespace="shop",ingress="agent",canary=""');
    expect(nginxIngress.armSelector!('canary', names)).toBe('namespace="shop",ingress="agent",canary=~"shop-agent-canary-.+"');
  });

  it('takes a name with dots literally', () => {
    const selector = nginxIngress.armSelector!('canary', { ...names, namespace: 'a.b' });
    expect(selector).toContain(String.raw`canary=~"a\\.b-agent-canary-.+"`);
    expect(parseSelector(selector)).toEqual({ ok: true, value: selector });
  });

  it('counts by controller pod, which counts for both arms', () => {
    expect(queriesFor(nginxIngress, 'a="b"', true)).toEqual({
      requests: 'sum by (controller_pod, status) (nginx_ingress_controller_requests{a="b"})',
      buckets: 'sum by (controller_pod, le) (nginx_ingress_controller_request_duration_seconds_bucket{a="b"})',
    });
    expect(nginxIngress.countedBy).toBe('proxy');
  });

  it.each([
    ['500', 10],
    ['5xx', 10],
    ['200', 0],
    ['499', 0],
    ['000', 0],
    ['600', 'no data'],
    ['-', 'no data'],
  ])('takes status %s for %s errors', (status, errors) => {
    const arm = readArm(nginxIngress, {
      requests: { promql: 'requests', series: [{ labels: { controller_pod: 'a', status }, value: 10 }] },
    });
    expect(arm.is === 'counters' ? arm.counters.get('a')?.errors : 'no data').toBe(errors);
  });
});
