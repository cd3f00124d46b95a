import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readArm } from '../../../../src/domain/analysis/arm-answers.ts';
import { queriesFor } from '../../../../src/domain/analysis/arm-queries.ts';
import type { MetricSource } from '../../../../src/domain/analysis/metric-source.ts';
import { presets } from '../../../../src/domain/analysis/presets/index.ts';

it('each file in the folder is in the register, under its name', () => {
  const files = readdirSync(new URL('../../../../src/domain/analysis/presets/', import.meta.url));
  expect(new Set(files)).toEqual(new Set(['index', ...Object.keys(presets)].map((name) => `${name}.ts`)));
});

const preset = (name: string): MetricSource => {
  const found = presets[name];
  if (found === undefined) throw new Error(`no preset ${name}`);
  return found;
};

const errorsAt = (name: string, status: string): number | string => {
  const answer = { promql: 'requests', series: [{ labels: { pod: 'a', status }, value: 10 }] };
  const arm = readArm(preset(name), { requests: answer });
  return arm.is === 'counters' ? (arm.counters.get('a')?.errors ?? 0) : 'no data';
};

describe('preset http', () => {
  it('asks for its two metrics, and nothing but label matchers is put in', () => {
    expect(queriesFor(preset('http'), 'namespace="shop",pod=~"agent-(6d)-[a-z0-9]+"', true)).toEqual({
      requests: 'sum by (pod, status) (http_requests_total{namespace="shop",pod=~"agent-(6d)-[a-z0-9]+"})',
      buckets: 'sum by (pod, le) (http_request_duration_seconds_bucket{namespace="shop",pod=~"agent-(6d)-[a-z0-9]+"})',
    });
  });

  it.each([
    ['500', 10],
    ['503', 10],
    ['5xx', 10],
    ['200', 0],
    ['301', 0],
    ['404', 0],
    ['429', 0],
    ['101', 0],
    ['600', 'no data'],
    ['50', 'no data'],
    ['5000', 'no data'],
    ['1200', 'no data'],
    ['error', 'no data'],
    ['0', 'no data'],
  ])('takes status %s for %s errors', (status, errors) => {
    expect(errorsAt('http', status)).toBe(errors);
  });
});

describe('preset agent', () => {
  it('asks for its two metrics, and nothing but label matchers is put in', () => {
    expect(queriesFor(preset('agent'), 'version="canary"', true)).toEqual({
      requests: 'sum by (pod, status) (agent_requests_total{version="canary"})',
      buckets: 'sum by (pod, le) (agent_request_duration_seconds_bucket{version="canary"})',
    });
  });

  it.each([
    ['error', 10],
    ['success', 0],
    ['errors', 'no data'],
    ['unsuccessful', 'no data'],
    ['failed', 'no data'],
    ['500', 'no data'],
  ])('takes status %s for %s errors', (status, errors) => {
    expect(errorsAt('agent', status)).toBe(errors);
  });
});
