import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Criterion, criterionName } from '../../../../src/domain/analysis/criteria.ts';
import { criteriaProfiles } from '../../../../src/domain/analysis/criteria-profiles/index.ts';

it('each file in the folder is in the register, under its name', () => {
  const files = readdirSync(new URL('../../../../src/domain/analysis/criteria-profiles/', import.meta.url));
  expect(new Set(files)).toEqual(new Set(['index', ...Object.keys(criteriaProfiles)].map((name) => `${name}.ts`)));
});

describe('profile', () => {
  const limitOf = (criterion: Criterion): number | undefined => (criterion.kind === 'latency' ? criterion.maxSeconds : criterion.max);

  it.each([
    ['standard', 2, { 'error-rate': 0.01, 'latency-p99': 2 }],
    ['interactive', 5, { 'success-rate': 0.01, 'latency-p99': 0.5 }],
    ['tolerant', 5, { 'success-rate': 0.05, 'latency-p99': 2 }],
  ])('%s', (name, failureThreshold, limits) => {
    const profile = criteriaProfiles[name];
    expect(profile?.failureThreshold).toBe(failureThreshold);
    expect(Object.fromEntries(profile?.criteria.map((criterion) => [criterionName(criterion), limitOf(criterion)]) ?? [])).toEqual(limits);
  });
});
