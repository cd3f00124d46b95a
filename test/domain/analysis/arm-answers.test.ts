import { describe, expect, it } from '@jest/globals';
import { readArm } from '../../../src/domain/analysis/arm-answers.ts';
import type { Answer, ArmAnswers } from '../../../src/domain/analysis/arm-queries.ts';
import type { QueriedSource } from '../../../src/domain/analysis/metric-source.ts';
import { http } from '../../../src/domain/analysis/presets/http.ts';
import type { ArmReading } from '../../../src/domain/analysis/reading.ts';
import type { Series } from '../../../src/domain/analysis/series.ts';

const series = (value: number, labels: Readonly<Record<string, string>>): Series => ({ labels, value });
const answer = (promql: string, ...lines: readonly Series[]): Answer => ({ promql, series: lines });
const requests = (...lines: readonly Series[]): ArmAnswers => ({ requests: answer('REQUESTS', ...lines) });
const ok = series(90, { pod: 'a', status: '200' });
const failed = series(10, { pod: 'a', status: '500' });
const reasonOf = (arm: ArmReading): string => (arm.is === 'no-data' ? arm.reason : 'counters');

describe('requests and errors by status', () => {
  it('are summed for each pod', () => {
    expect(readArm(http, requests(ok, failed, series(5, { pod: 'a', status: '404' }), series(7, { pod: 'b', status: '503' })))).toEqual({
      is: 'counters',
      counters: new Map([
        ['a', { requests: 105, errors: 10, buckets: new Map() }],
        ['b', { requests: 7, errors: 7, buckets: new Map() }],
      ]),
    });
  });

  it('an empty answer is not healthy', () => {
    expect(readArm(http, requests())).toEqual({ is: 'no-data', reason: 'no series matches REQUESTS' });
  });

  it('a status label with another name is not a service without errors', () => {
    expect(reasonOf(readArm(http, requests(series(100, { pod: 'a' }))))).toBe('a series has no label `status` in REQUESTS');
    expect(reasonOf(readArm(http, requests(ok, series(100, { pod: 'a', status: '' }))))).toBe('a series has no label `status` in REQUESTS');
  });

  it.each([
    ['without a pod', [series(100, { status: '200' })], 'a series has no label `pod` in REQUESTS'],
    ['NaN', [series(Number.NaN, { pod: 'a', status: '200' })], 'the count of pod a, status 200 is NaN in REQUESTS'],
    ['infinite', [series(Infinity, { pod: 'a', status: '200' })], 'the count of pod a, status 200 is Infinity in REQUESTS'],
    ['negative', [series(-1, { pod: 'a', status: '200' })], 'the count of pod a, status 200 is -1 in REQUESTS'],
    ['there twice', [ok, ok], 'pod a, status 200 is there twice in REQUESTS'],
    [
      'with an unknown status',
      [ok, series(0, { pod: 'a', status: 'broken\n' })],
      '`status` is `broken`, which is neither a success nor an error in REQUESTS',
    ],
  ])('%s are no data', (_, lines, reason) => {
    expect(reasonOf(readArm(http, requests(...lines)))).toBe(reason);
  });

  it('do not mistake labels of an object for labels of a series', () => {
    expect(reasonOf(readArm({ ...http, statusLabel: 'constructor' }, requests(ok)))).toBe(
      'a series has no label `constructor` in REQUESTS',
    );
  });

  it('bound what they show of foreign text', () => {
    const long = 'x'.repeat(100_000);
    expect(reasonOf(readArm(http, { requests: answer(long, series(1, { pod: long, status: long })) })).length).toBeLessThan(700);
  });
});

describe('histograms', () => {
  const bucket = (le: string, value: number, pod = 'a'): Series => series(value, { pod, le });
  const withBuckets = (...lines: readonly Series[]): ArmAnswers => ({ ...requests(ok), buckets: answer('BUCKETS', ...lines) });

  it('are read in whatever order and notation', () => {
    const arm = readArm(http, withBuckets(bucket('+Inf', 90), bucket('1e-1', 10), bucket('2.0', 80), bucket('0.5', 40)));
    expect(arm).toMatchObject({
      counters: new Map([
        [
          'a',
          {
            requests: 90,
            errors: 0,
            buckets: new Map([
              [0.1, 10],
              [0.5, 40],
              [2, 80],
              [Infinity, 90],
            ]),
          },
        ],
      ]),
    });
  });

  it('in milliseconds are read in seconds', () => {
    const arm = readArm({ ...http, unit: 'ms' }, withBuckets(bucket('5', 1), bucket('2000', 80), bucket('+Inf', 90)));
    expect(arm.is === 'counters' && [...(arm.counters.get('a')?.buckets.keys() ?? [])]).toEqual([0.005, 2, Infinity]);
  });

  it.each([
    ['missing', [], 'no series matches BUCKETS'],
    ['without +Inf', [bucket('1', 1), bucket('2', 2)], 'the histogram of pod a has no bucket +Inf in BUCKETS'],
    [
      'with an le that is no number',
      [bucket('fast', 1), bucket('+Inf', 2)],
      'pod a has a bucket with le `fast`, which is no number in BUCKETS',
    ],
    ['with an le that is NaN', [bucket('NaN', 1), bucket('+Inf', 2)], 'pod a has a bucket with le `NaN`, which is no number in BUCKETS'],
    [
      'with an le that is hexadecimal',
      [bucket('0x10', 1), bucket('+Inf', 2)],
      'pod a has a bucket with le `0x10`, which is no number in BUCKETS',
    ],
    ['with an le of -Inf', [bucket('-Inf', 1), bucket('+Inf', 2)], 'pod a has a bucket with le `-Inf`, which is no number in BUCKETS'],
    ['without le', [series(1, { pod: 'a' })], 'a series has no label `le` in BUCKETS'],
    ['with an edge twice', [bucket('1', 1), bucket('1.0', 1), bucket('+Inf', 2)], 'pod a has the bucket edge 1 s twice in BUCKETS'],
    [
      'that are not cumulative',
      [bucket('1', 5), bucket('2', 3), bucket('+Inf', 9)],
      'the histogram of pod a is not cumulative: a larger le has fewer requests in BUCKETS',
    ],
    [
      'with fewer requests in +Inf',
      [bucket('1', 5), bucket('+Inf', 3)],
      'the histogram of pod a is not cumulative: a larger le has fewer requests in BUCKETS',
    ],
    ['with a count of NaN', [bucket('1', Number.NaN), bucket('+Inf', 3)], 'the count of pod a, le 1 is NaN in BUCKETS'],
    ['of another pod only', [bucket('1', 5, 'b'), bucket('+Inf', 5, 'b')], 'pod a counts requests, but it has no histogram in BUCKETS'],
  ])('%s are no data', (_, lines, reason) => {
    expect(reasonOf(readArm(http, withBuckets(...lines)))).toBe(reason);
  });

  it('may be missing in a pod that has had no request yet', () => {
    const idle = series(0, { pod: 'b', status: '200' });
    const arm = readArm(http, { requests: answer('REQUESTS', ok, idle), buckets: answer('BUCKETS', bucket('1', 90), bucket('+Inf', 90)) });
    expect(arm).toMatchObject({ is: 'counters' });
  });

  it('of a pod that the requests do not have yet are left for the next reading', () => {
    const arm = readArm(http, withBuckets(bucket('+Inf', 90), bucket('+Inf', 5, 'new')));
    expect(arm.is === 'counters' && [...arm.counters.keys()]).toEqual(['a']);
  });
});

describe('own queries', () => {
  const own: QueriedSource = { kind: 'queries', requests: 'r{$selector}', errors: 'e{$selector}', unit: 's', podLabel: 'pod' };
  const answers = (errors: readonly Series[], total = [series(100, { pod: 'a' }), series(50, { pod: 'b' })]): ArmAnswers => ({
    requests: answer('REQUESTS', ...total),
    errors: answer('ERRORS', ...errors),
  });

  it('count errors beside requests', () => {
    expect(readArm(own, answers([series(3, { pod: 'a' })]))).toEqual({
      is: 'counters',
      counters: new Map([
        ['a', { requests: 100, errors: 3, buckets: new Map() }],
        ['b', { requests: 50, errors: 0, buckets: new Map() }],
      ]),
    });
  });

  it('that find no errors at all are no data: a wrong query would look the same', () => {
    const reason = reasonOf(readArm(own, answers([])));
    expect(reason).toContain('no series matches ERRORS');
    expect(reason).toContain('or 0 *');
  });

  it('that were not asked for errors are no data', () => {
    expect(reasonOf(readArm(own, requests(series(1, { pod: 'a' }))))).toContain('was not run');
  });

  it.each([
    ['without requests', [series(1, { pod: 'a' })], [], 'no series matches REQUESTS'],
    ['with errors in a pod that has no requests', [series(1, { pod: 'c' })], undefined, 'pod c counts errors, but no requests in ERRORS'],
    ['with errors of NaN', [series(Number.NaN, { pod: 'a' })], undefined, 'the count of pod a is NaN in ERRORS'],
    ['with requests of NaN', [series(1, { pod: 'a' })], [series(Number.NaN, { pod: 'a' })], 'the count of pod a is NaN in REQUESTS'],
    ['without a pod', [series(1, {})], undefined, 'a series has no label `pod` in ERRORS'],
  ])('%s are no data', (_, errors, total, reason) => {
    expect(reasonOf(readArm(own, answers(errors, total)))).toBe(reason);
  });
});
