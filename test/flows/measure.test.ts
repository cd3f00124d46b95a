import { describe, expect, it } from '@jest/globals';
import type { Criterion } from '../../src/domain/analysis/criteria.ts';
import { extend, startEvidence } from '../../src/domain/analysis/evidence.ts';
import type { Measurement } from '../../src/domain/analysis/measurement.ts';
import { http } from '../../src/domain/analysis/presets/http.ts';
import { judge } from '../../src/domain/analysis/verdict.ts';
import { Failure } from '../../src/failure.ts';
import { measure, selfTest } from '../../src/flows/measure.ts';
import type { Metrics, Series } from '../../src/ports/metrics.ts';

const selectors = { canary: 'v="new"', stable: 'v="old"' };
const queue: Criterion = { kind: 'query', name: 'queue', query: 'max(queue{$canary})', max: 100, required: true };
const plan: Measurement = {
  source: http,
  criteria: [{ kind: 'error-rate', max: 0.01 }, { kind: 'latency', quantile: 0.99, maxSeconds: 2 }, queue],
  namespace: 'shop',
};

type Rule = readonly [pattern: RegExp, answer: readonly Series[] | Error];

/** A metric store with an answer for each pattern, the first that fits. */
class Store implements Metrics {
  readonly asked: string[] = [];
  private readonly rules: readonly Rule[];
  constructor(rules: readonly Rule[]) {
    this.rules = rules;
  }
  query(promql: string): Promise<readonly Series[]> {
    this.asked.push(promql);
    const found = this.rules.find(([pattern]) => pattern.test(promql))?.[1] ?? [];
    return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  }
}

const counter = (pod: string, requests: number, errors = 0): readonly Series[] => [
  { labels: { pod, status: '200' }, value: requests - errors },
  { labels: { pod, status: '500' }, value: errors },
];
const buckets = (pod: string, count: number, edges = ['0.5', '2', '+Inf']): readonly Series[] =>
  edges.map((le) => ({ labels: { pod, le }, value: count }));
const one = (value: number): readonly Series[] => [{ labels: {}, value }];
const unreachable = new Failure(
  'METRICS_UNREACHABLE',
  'The metric store prometheus:9090 gave no usable answer: it answered 200: HTML: <html>.',
  'Check it.',
);
const healthy: readonly Rule[] = [
  [/http_requests_total\{v="new"\}/, counter('c', 100, 1)],
  [/http_requests_total\{v="old"\}/, counter('s', 900, 2)],
  [/_bucket\{v="new"\}/, buckets('c', 100)],
  [/_bucket\{v="old"\}/, buckets('s', 900)],
  [/queue\{v="new"\}/, one(5)],
  [/queue\{v="old"\}/, one(6)],
];
const instead = (...rules: readonly Rule[]): Store => new Store([...rules, ...healthy]);

describe('measure', () => {
  it('reads both arms and the own queries of each', async () => {
    const store = new Store(healthy);
    expect(await measure(store, plan, selectors, 42)).toEqual({
      at: 42,
      canary: {
        is: 'counters',
        counters: new Map([
          [
            'c',
            {
              requests: 100,
              errors: 1,
              buckets: new Map([
                [0.5, 100],
                [2, 100],
                [Infinity, 100],
              ]),
            },
          ],
        ]),
      },
      stable: {
        is: 'counters',
        counters: new Map([
          [
            's',
            {
              requests: 900,
              errors: 2,
              buckets: new Map([
                [0.5, 900],
                [2, 900],
                [Infinity, 900],
              ]),
            },
          ],
        ]),
      },
      own: [
        { name: 'queue', arm: 'canary', is: 'value', value: 5 },
        { name: 'queue', arm: 'stable', is: 'value', value: 6 },
      ],
    });
    expect(store.asked).toHaveLength(6);
    expect(new Set(store.asked)).toEqual(
      new Set([
        'max(queue{v="new"})',
        'max(queue{v="old"})',
        'sum by (pod, le) (http_request_duration_seconds_bucket{v="new"})',
        'sum by (pod, le) (http_request_duration_seconds_bucket{v="old"})',
        'sum by (pod, status) (http_requests_total{v="new"})',
        'sum by (pod, status) (http_requests_total{v="old"})',
      ]),
    );
  });

  it('asks everything at once', async () => {
    const answers: (() => void)[] = [];
    const waiting: Metrics = { query: () => new Promise((resolve) => answers.push(() => resolve([]))) };
    const reading = measure(waiting, plan, selectors, 0);
    await Promise.resolve();
    expect(answers).toHaveLength(6);
    for (const answer of answers) answer();
    expect(await reading).toMatchObject({ canary: { is: 'no-data' }, stable: { is: 'no-data' } });
  });

  it('asks no histogram that no criterion needs, and no question twice', async () => {
    const store = new Store(healthy);
    const whole: Criterion = { ...queue, query: 'max(queue{v="old"})' };
    const reading = await measure(store, { ...plan, criteria: [whole] }, selectors, 0);
    expect(store.asked.filter((promql) => promql.includes('bucket'))).toEqual([]);
    expect(store.asked.filter((promql) => promql.includes('queue'))).toHaveLength(1);
    expect(reading.own).toMatchObject([
      { arm: 'canary', value: 6 },
      { arm: 'stable', value: 6 },
    ]);
  });

  it('hands the signal on', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const { signal } = new AbortController();
    const store: Metrics = {
      query: (_, given) => {
        signals.push(given);
        return Promise.resolve([]);
      },
    };
    await measure(store, plan, selectors, 0, signal);
    expect(new Set(signals)).toEqual(new Set([signal]));
  });

  it('takes a store that does not answer for no data, with what it said, and not for an error of the run', async () => {
    const reason = 'The metric store prometheus:9090 gave no usable answer: it answered 200: HTML: <html>';
    expect(await measure(new Store([[/./, unreachable]]), plan, selectors, 1)).toEqual({
      at: 1,
      canary: { is: 'no-data', reason },
      stable: { is: 'no-data', reason },
      own: [
        { name: 'queue', arm: 'canary', is: 'no-data', reason },
        { name: 'queue', arm: 'stable', is: 'no-data', reason },
      ],
    });
  });

  it('loses only what one query did not answer', async () => {
    const reading = await measure(instead([/_bucket\{v="new"\}/, unreachable]), plan, selectors, 0);
    expect([reading.canary.is, reading.stable.is, reading.own[0]?.is]).toEqual(['no-data', 'counters', 'value']);
  });

  it.each([
    ['another failure', new Failure('CLUSTER_FORBIDDEN', 'no', 'no')],
    ['a defect', new TypeError('x is not a function')],
  ])('lets %s through', async (_, error) => {
    await expect(measure(instead([/queue/, error]), plan, selectors, 0)).rejects.toBe(error);
    await expect(measure(instead([/_total/, error]), plan, selectors, 0)).rejects.toBe(error);
  });

  it('takes arms that share a pod for no data', async () => {
    const reading = await measure(
      instead(
        [/http_requests_total\{v="old"\}/, [...counter('s', 1), ...counter('c', 1)]],
        [/_bucket\{v="old"\}/, [...buckets('s', 1), ...buckets('c', 1)]],
      ),
      plan,
      selectors,
      0,
    );
    expect(reading).toMatchObject({ canary: { reason: expect.stringContaining('both match pod c') }, stable: { is: 'no-data' } });
  });

  it.each([
    ['an empty answer', []],
    ['NaN', one(Number.NaN)],
    ['several series', [...one(1), ...one(2)]],
  ])('of an own query takes %s for no data', async (_, answer) => {
    const reading = await measure(instead([/queue/, answer]), plan, selectors, 0);
    expect(reading.own.map(({ is }) => is)).toEqual(['no-data', 'no-data']);
  });

  it('and judging: no unusable answer of the store is ever a pass', async () => {
    const unusable: readonly (readonly Series[] | Error)[] = [
      [],
      unreachable,
      one(1),
      [{ labels: { pod: 'c' }, value: 1000 }],
      counter('c', Number.NaN),
      [...counter('c', 1000), ...counter('c', 1000)],
    ];
    for (const answer of unusable) {
      const before = await measure(new Store(healthy), plan, selectors, 0);
      const after = await measure(instead([/http_requests_total\{v="new"\}/, answer]), plan, selectors, 30);
      expect(judge(plan.criteria, extend(startEvidence(before), after), 'canary', { minRequests: 1 }).is).toBe('no-data');
    }
  });
});

describe('selfTest', () => {
  it('finds nothing where measuring works, and asks stable only', async () => {
    const store = new Store(healthy);
    expect(await selfTest(store, plan, selectors)).toEqual({ problems: [], warnings: [] });
    expect(store.asked.filter((promql) => promql.includes('v="new"'))).toEqual([]);
    expect(store.asked).toHaveLength(3);
  });

  it.each([
    ['a metric that does not exist', [/_total/, []], 'no series matches sum by (pod, status) (http_requests_total{v="old"})', 'values'],
    ['a status label that does not exist', [/_total/, [{ labels: { pod: 's' }, value: 5 }]], 'a series has no label `status`', 'values'],
    ['a histogram that does not exist', [/_bucket/, []], 'no series matches sum by (pod, le)', 'values'],
    ['a store that does not answer', [/_total/, unreachable], 'it answered 200: HTML: <html>.', 'answers'],
  ] as const)('finds %s, before anything is written', async (_, rule, what, lacks) => {
    expect(await selfTest(instead(rule), plan, selectors)).toEqual({
      problems: [{ what: expect.stringContaining(what), remedy: expect.stringContaining('Prometheus') }],
      warnings: [],
      lacks,
    });
  });

  it('finds an own query that gives no number', async () => {
    expect(await selfTest(instead([/queue/, one(Number.NaN)]), plan, selectors)).toMatchObject({
      problems: [{ what: 'The query `queue` does not work on stable: the query gives NaN.' }],
      lacks: 'values',
    });
  });

  it('only warns of an advisory one', async () => {
    const advisory: Measurement = {
      ...plan,
      criteria: [
        { kind: 'error-rate', max: 0.01 },
        { ...queue, required: false },
      ],
    };
    const tested = await selfTest(instead([/queue/, []]), advisory, selectors);
    expect(tested.lacks).toBeUndefined();
    expect(tested).toMatchObject({
      problems: [],
      warnings: [{ what: expect.stringContaining('no value') }],
    });
  });

  it('warns of a limit that is no bucket edge', async () => {
    const { problems, warnings } = await selfTest(instead([/_bucket/, buckets('s', 900, ['1', '2.5', '+Inf'])]), plan, selectors);
    expect([problems, warnings]).toMatchObject([[], [{ what: expect.stringContaining('the nearest are 1 s below and 2.5 s above') }]]);
  });

  it('tells everything at once', async () => {
    const { problems } = await selfTest(new Store([]), plan, { canary: 'v="x"', stable: 'v="x"' });
    expect(problems).toHaveLength(3);
  });

  it('lets other errors through', async () => {
    await expect(selfTest(instead([/queue/, new TypeError('x')]), plan, selectors)).rejects.toThrow(TypeError);
  });
});

describe('a proxy that counts for both arms', () => {
  const source: Measurement['source'] = { ...http, podLabel: 'controller_pod', countedBy: 'proxy' };
  const series = (requests: number): readonly Series[] => [{ labels: { controller_pod: 'nginx-0', status: '200' }, value: requests }];
  const proxied = new Store([
    [/http_requests_total\{v="new"\}/, series(10)],
    [/http_requests_total\{v="old"\}/, series(90)],
  ]);
  const criteria: readonly Criterion[] = [{ kind: 'error-rate', max: 0.01 }];

  it('is no overlap of the selectors, as a pod of an arm would be', async () => {
    const reading = await measure(proxied, { source, criteria, namespace: 'shop' }, selectors, 0);
    expect([reading.canary.is, reading.stable.is]).toEqual(['counters', 'counters']);
    const { countedBy: _, ...own } = { ...source, countedBy: 'proxy' as const };
    const overlapping = await measure(proxied, { source: own, criteria, namespace: 'shop' }, selectors, 0);
    expect(overlapping.canary).toMatchObject({ is: 'no-data', reason: expect.stringContaining('both match pod nginx-0') });
  });
});
