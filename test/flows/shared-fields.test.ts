import { describe, expect, it } from '@jest/globals';
import type { Criterion } from '../../src/domain/analysis/criteria.ts';
import { measuringClashes, mergeCriteria, nameClashes, prometheusClashes } from '../../src/flows/shared-fields.ts';
import { rawInputs } from './raw-inputs.ts';

describe('nameClashes', () => {
  it('wants another name for the canary', () => {
    expect(nameClashes(rawInputs({ service: 'agent', 'canary-deployment': 'agent' }))).toMatchObject([{ problem: 'both are the same' }]);
    expect(nameClashes(rawInputs({ service: 'agent' }))).toEqual([]);
    expect(nameClashes(rawInputs({}))).toEqual([]);
  });
});

describe('prometheusClashes', () => {
  const problems = (values: Readonly<Record<string, string>>, needed?: boolean) =>
    prometheusClashes(rawInputs(values), needed).map(({ problem }) => problem);
  const url = { 'prometheus-url': 'https://prometheus.example.com' };
  it.each([
    ['neither', {}, ['neither is given']],
    ['both', { ...url, 'prometheus-service': 'monitoring/prometheus' }, ['both are given']],
    ['one', url, []],
    [
      'a token that nobody is given',
      { 'prometheus-service': 'monitoring/prometheus', 'prometheus-token': 'x' },
      [expect.stringContaining('only with')],
    ],
    ['a token for the address', { ...url, 'prometheus-token': 'x' }, []],
  ])('%s', (_, values, expected) => expect(problems(values)).toEqual(expected));

  it('asks for none where nothing is measured', () => expect(problems({}, false)).toEqual([]));
});

describe('mergeCriteria', () => {
  const rate: Criterion = { kind: 'error-rate', max: 0.01 as never };
  const p99: Criterion = { kind: 'latency', quantile: 0.99, maxSeconds: 2 };
  it('is the profile, where nobody says more', () => expect(mergeCriteria([rate, p99], undefined, undefined, [])).toEqual([rate, p99]));

  it('lets what is said of one thing take the place of the profile’s, and the list that of single inputs', () => {
    const own: Criterion = { kind: 'latency', quantile: 0.99, maxSeconds: 9 };
    expect(mergeCriteria([rate, p99], 0.05 as never, 5, [own])).toEqual([{ kind: 'error-rate', max: 0.05 }, own]);
  });

  it('takes a success rate for the error rate that it is', () => {
    const success: Criterion = { kind: 'error-rate', max: 0.02 as never, as: 'success-rate' };
    expect(mergeCriteria([rate], undefined, undefined, [success])).toEqual([success]);
  });

  it('keeps latencies of other quantiles', () => {
    const p50: Criterion = { kind: 'latency', quantile: 0.5, maxSeconds: 1 };
    expect(mergeCriteria([p99], undefined, undefined, [p50])).toEqual([p99, p50]);
  });
});

describe('interval and no-data-timeout', () => {
  const told = (inputs: Readonly<Record<string, string>>) =>
    measuringClashes(rawInputs({ 'prometheus-url': 'http://p', ...inputs }), false).map(({ inputs: both }) => both);

  it.each([
    ['30s', '10m'],
    ['30s', '30s'],
    ['15m', ''],
    ['soon', '10m'],
  ])('%s and %j go together', (interval, patience) => expect(told({ interval, 'no-data-timeout': patience })).toEqual([]));

  it('say nothing of each other where nothing is measured', () =>
    expect(told({ 'prometheus-url': '', interval: '31s', 'no-data-timeout': '30s' })).toEqual([]));

  it('a longer interval than patience is refused', () =>
    expect(told({ interval: '31s', 'no-data-timeout': '30s' })).toEqual([['interval', 'no-data-timeout']]));
});
