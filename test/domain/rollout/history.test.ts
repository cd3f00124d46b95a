import { describe, expect, it } from '@jest/globals';
import { recordSample, type StageHistory } from '../../../src/domain/rollout/history.ts';
import { startWatch } from '../../../src/domain/rollout/watch.ts';
import { planWith, sampleOf, Traffic } from './rollouts.ts';

const plan = planWith();
const traffic = new Traffic();
const watch = startWatch(0, traffic.reading(0));
traffic.pass(500, 9500, { canary: { errors: 0.02 } });
const first = sampleOf({ at: 30, reading: traffic.reading(30) });
traffic.pass(500, 9500, { canary: { errors: 0.02 } });
const second = sampleOf({ at: 59.6, reading: traffic.reading(60) });
const holding = (stage: number) => ({ phase: 'holding', stage, watch }) as const;

describe('recordSample', () => {
  it('keeps one entry a stage and brings it up to date', () => {
    const once = recordSample([], plan, holding(0), first);
    const twice = recordSample(once, plan, holding(0), second);
    expect(once).toEqual([
      {
        name: '1/4',
        weight: 5,
        heldSeconds: 30,
        measuredShare: 0.05,
        arm: 'canary',
        requests: 500,
        errors: 10,
        latencyP99: expect.closeTo(0.2475, 3),
        checks: 1,
        verdict: 'fail',
        findings: ['error-rate 2 % (≤ 1 %)', expect.stringContaining('latency-p99')],
      },
    ]);
    expect(twice).toMatchObject([{ name: '1/4', heldSeconds: 60, requests: 1000, errors: 20, checks: 2 }]);
  });

  it('adds an entry for the next stage and for each part of the promotion', () => {
    const states = [
      holding(0),
      holding(1),
      { phase: 'promoting', watch, troubled: false },
      { phase: 'returning', watch, troubled: false },
    ] as const;
    const all = states.reduce<readonly StageHistory[]>((history, state) => recordSample(history, plan, state, first), []);
    expect(all.map(({ name, weight, arm, requests }) => [name, weight, arm, requests])).toEqual([
      ['1/4', 5, 'canary', 500],
      ['2/4', 25, 'canary', 500],
      ['promoting', 100, 'canary', 500],
      ['returning', 50, 'stable', 9500],
    ]);
  });

  it('goes on with a stage while the pods of the next one come up', () => {
    const once = recordSample([], plan, holding(0), first);
    const growing = { phase: 'growing', stage: 1, kept: 0, watch, since: 30, there: false } as const;
    expect(recordSample(once, plan, growing, second)).toMatchObject([{ name: '1/4', weight: 5, requests: 1000, checks: 2 }]);
    // A look between two scrapes takes nothing back of what was seen.
    expect(recordSample(once, plan, growing, sampleOf({ at: 31 }))).toEqual(once);
  });

  it('says that nothing was measured, instead of a number', () => {
    expect(recordSample([], plan, holding(0), sampleOf({ at: 30 }))).toMatchObject([
      { measuredShare: null, latencyP99: null, requests: 0, verdict: 'no-data' },
    ]);
  });

  it('a quantile above the last bucket is not known', () => {
    const slow = new Traffic();
    const before = startWatch(0, slow.reading(0));
    slow.pass(500, 500, { canary: { slow: 1 } });
    const reading = slow.reading(30);
    const canary = reading.canary.is === 'counters' ? reading.canary.counters.get('canary-1') : undefined;
    const buckets = new Map([...(canary?.buckets ?? [])].filter(([edge]) => edge !== 4));
    const cut = {
      ...reading,
      canary: { is: 'counters', counters: new Map([['canary-1', { requests: 500, errors: 0, buckets }]]) },
    } as const;
    const nothing = { ...before.evidence.last, canary: { is: 'counters', counters: new Map() } } as NonNullable<
      typeof before.evidence.last
    >;
    expect(
      recordSample([], plan, { phase: 'holding', stage: 0, watch: startWatch(0, nothing) }, sampleOf({ at: 30, reading: cut })),
    ).toMatchObject([{ latencyP99: null, requests: 500 }]);
  });

  it('leaves the history alone where no arm is judged', () => {
    const history = recordSample([], plan, holding(0), first);
    expect(recordSample(history, plan, { phase: 'preparing' }, first)).toBe(history);
  });
});
