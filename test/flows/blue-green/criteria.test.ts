import { describe, expect, it } from '@jest/globals';
import { http } from '../../../src/domain/analysis/presets/http.ts';
import { istio } from '../../../src/domain/analysis/presets/istio.ts';
import { selectorsOf } from '../../../src/flows/blue-green/criteria.ts';
import type { Stage } from '../stand-ins.ts';
import { counting, pair, run, standing, wish } from './pair.ts';

const measured = wish({ 'prometheus-url': 'http://prometheus.example.com', 'min-requests': '100', 'no-data-timeout': '2m' });
const on = (errors: number): Stage => {
  const made = pair();
  return { ...made, world: { ...made.world, metrics: { query: counting(made, errors) } } };
};

describe('the criteria of a canary, while the new colour is watched', () => {
  it('let a good one pass, with its figures', async () => {
    const made = on(0);
    const result = await run(made, measured);
    expect(result).toMatchObject({ outcome: 'promoted', live: 'green' });
    expect(result.asked.at(-1)).toMatch(/error-rate 0 % .*latency-p99/);
  });

  it('move users back from one that fails too often, and hold it, though every health check is good', async () => {
    const made = on(0.05);
    const result = await run(made, measured);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'CRITERIA_FAILED', reason: expect.stringContaining('error-rate 5 %') });
    expect(standing(made)).toBe('agent-blue; blue 2 × old, green 0 × older');
  });

  it('count nothing of before the switch where the first scrape of a new pod comes after it: what it answered to probes while it started', async () => {
    const made = on(0);
    const query = counting(made, 0);
    let switchedAt: number | undefined;
    const late = {
      ...made.world,
      metrics: {
        async query(promql: string) {
          if (standing(made).startsWith('agent-green')) switchedAt ??= made.clock.monotonic();
          const isFirst = switchedAt !== undefined && made.clock.monotonic() < switchedAt + 3;
          return (await query(promql)).flatMap((series) => {
            if (series.labels['pod']?.startsWith('agent-green') !== true) return [series];
            if (isFirst && series.labels['pod'].endsWith('-1')) return [];
            return [series.labels['status'] === '500' ? { ...series, value: series.value + 500 } : series];
          });
        },
      },
    };
    const rarely = wish({ 'prometheus-url': 'http://prometheus.example.com', 'min-requests': '1000', 'no-data-timeout': '2m' });
    const result = await run(made, rarely, late);
    expect(result).toMatchObject({ outcome: 'promoted', live: 'green' });
    expect(result.asked.at(-1)).toMatch(/error-rate 0 % /);
  });

  it('never call no data a pass', async () => {
    const made = on(0);
    const query = counting(made, 0);
    const silent = {
      ...made.world,
      metrics: { query: (promql: string) => (standing(made).startsWith('agent-green') ? Promise.resolve([]) : query(promql)) },
    };
    const result = await run(made, measured, silent);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'NO_DATA', live: 'blue' });
  });

  it('are tried on the old colour before anything is written', async () => {
    const made = pair({ query: () => Promise.resolve([]) });
    await expect(run(made, measured)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining('Stable cannot be measured'),
    });
    expect(standing(made)).toMatch(/^agent-blue/);
  });
});

describe('the selectors of both colours', () => {
  const arms = { service: 'agent', namespace: 'shop', route: 'agent', from: 'blue', to: 'green' } as const;
  const wanted = { criteria: [], minRequests: 1, noDataTimeout: 1, metricsService: undefined };

  it('are of the pods that run, and of nobody where none does', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', labels: { 'pod-template-hash': 'abc' } } };
    const selectors = selectorsOf({ source: http, ...wanted }, arms, { from: [pod], to: [] });
    expect(selectors).toMatchObject({
      ok: true,
      value: { stable: expect.stringContaining('agent-blue-'), canary: 'namespace="shop",pod="agent-green-"' },
    });
    expect(selectorsOf({ source: http, ...wanted }, arms, { from: [], to: [] })).toMatchObject({ ok: false });
  });

  it('are what a preset of a proxy takes', () => {
    const selectors = selectorsOf({ source: istio, ...wanted }, arms, { from: [], to: [] });
    expect(selectors).toMatchObject({ ok: true, value: { canary: expect.stringContaining('agent-green') } });
  });
});
