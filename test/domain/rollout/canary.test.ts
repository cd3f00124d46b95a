import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fate, fine, type Scene, type Tale, tale, tell } from './any-rollout.ts';
import { planWith } from './rollouts.ts';

const runs = Number(process.env['PROPERTY_RUNS'] ?? 1000);

const short = planWith({
  stages: [
    { weight: 10, holdSeconds: 30 },
    { weight: 100, holdSeconds: 30 },
  ],
  noDataTimeout: 120,
  rolloutTimeout: 120,
  guardian: true,
});
const run = (tail: Partial<Scene>, more: Partial<Tale> = {}): Tale => ({
  plan: short,
  first: { by: 'run', found: { phase: 'resting', sameImage: false } },
  fates: [],
  tail: [{ ...fine, ...tail }],
  ...more,
});

describe('whatever happens', () => {
  it('no weight, no pod and no image is moved that must not be, and there is an end', () => {
    fc.assert(
      fc.property(tale, (each) => {
        tell(each);
      }),
      { numRuns: runs },
    );
  });

  it('and all endings are reached that way', () => {
    const seen = new Set(
      fc.sample(tale, { numRuns: 300, seed: 7 }).map((each) => {
        const { state, phases } = tell(each);
        return `${state.ending.outcome}${phases.includes('returning') ? ' after returning' : phases.includes('promoting') ? ' after promoting' : ''}`;
      }),
    );
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'promoted after returning',
        'analysed',
        'rolled-back',
        'rolled-back after promoting',
        'rolled-back after returning',
        'aborted',
        'unknown',
      ]),
    );
  });
});

describe('a world that stays as it is', () => {
  it.each([
    ['fine', {}, 'promoted'],
    ['without metrics', { metrics: 'silent' }, 'rolled-back'],
    ['without traffic', { requests: 0 }, 'rolled-back'],
    ['with too little traffic', { requests: 20 }, 'rolled-back'],
    ['without an answer of the cluster', { cluster: 'silent' }, 'rolled-back'],
    ['in which the guardian falls silent', { guardian: 'lost' }, 'rolled-back'],
    ['in which more pods never come', { pods: 'missing' }, 'rolled-back'],
    ['with a failing canary', { canaryErrors: 0.05 }, 'rolled-back'],
    ['with a slow canary', { slow: 0.05 }, 'rolled-back'],
    ['with a crashing canary', { canary: 'crashing' }, 'rolled-back'],
    ['with a canary that is not ready', { canary: 'unready' }, 'rolled-back'],
    ['in which stable stays bad once it has the image', { stableErrors: 0.05 }, 'rolled-back'],
    ['in which stable never becomes available', { stable: 'progressing' }, 'unknown'],
    ['in which stable fails', { stable: 'failed' }, 'unknown'],
    ['in which nobody sees stable', { stable: 'unseen' }, 'unknown'],
    ['in which someone writes the route', { route: 'changed' }, 'unknown'],
    ['with a successor', { route: 'taken' }, 'unknown'],
  ] as const)('%s', (_, tail, outcome) => {
    expect(tell(run(tail)).state.ending.outcome).toBe(outcome);
  });

  it('comes to an end where every failing check is followed by one that is good but without an answer of the cluster', () => {
    const tail = [
      { ...fine, canaryErrors: 1 },
      { ...fine, cluster: 'silent' },
    ] as const;
    const plan = { ...short, minRequests: 1 };
    expect(tell(run({}, { plan, tail })).state.ending).toMatchObject({ outcome: 'rolled-back', cause: { code: 'NO_DATA' } });
  });

  const cancelledAt = (count: number): readonly Fate[] => [
    ...Array.from({ length: count }, (): Fate => ({ is: 'carried-out', scene: fine })),
    { is: 'cancelled', at: 0 },
  ];

  it('is left as aborted wherever it is cancelled before its end is known, and never moves forward afterwards', () => {
    const whole = tell(run({})).phases;
    const outcomes = whole.map((phase, count) => [phase, tell(run({}, { fates: cancelledAt(count) })).state.ending.outcome] as const);
    const decided: readonly string[] = ['emptying', 'draining', 'resting', 'ended'];
    for (const [phase, outcome] of outcomes) expect([phase, outcome]).toEqual([phase, decided.includes(phase) ? 'promoted' : 'aborted']);
    expect(new Set(whole)).toEqual(
      new Set([
        'claiming',
        'preparing',
        'scaling',
        'growing',
        'shifting',
        'holding',
        'promoting',
        'returning',
        'emptying',
        'draining',
        'resting',
        'ended',
      ]),
    );
  });

  it.each(['promoting', 'returning', 'restoring'] as const)(
    'a run that undoes %s of another image and is cancelled begins nothing',
    (phase) => {
      for (const count of [1, 2]) {
        const { state, phases } = tell(run({}, { first: { by: 'run', found: { phase, sameImage: false } }, fates: cancelledAt(count) }));
        expect([state.ending.outcome, phases.includes('preparing')]).toEqual(['aborted', false]);
      }
    },
  );
});
