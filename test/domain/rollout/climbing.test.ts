import { describe, expect, it } from '@jest/globals';
import { step } from '../../../src/domain/rollout/canary.ts';
import type { Cause } from '../../../src/domain/rollout/cause.ts';
import { enter, stepGrowing, stepHolding } from '../../../src/domain/rollout/climbing.ts';
import type { Sample } from '../../../src/domain/rollout/sample.ts';
import type { In, Move } from '../../../src/domain/rollout/state.ts';
import { startWatch } from '../../../src/domain/rollout/watch.ts';
import { awaitedPods, blindSample, crash, planWith, type Seen, sampleOf, silentReading, Traffic } from './rollouts.ts';

const plan = planWith({ stages: [0, 25, 50, 100].map((weight) => ({ weight, holdSeconds: 60 })), rolloutTimeout: 100 });
const begun = new Traffic();
const watch = startWatch(0, begun.reading(0));
const growing: In<'growing'> = { phase: 'growing', stage: 2, kept: 1, watch, since: 60, there: false };

/** What the metric store shows at that time, of 100 requests a second. */
function reading(at: number, errors = 0) {
  const traffic = new Traffic();
  traffic.pass(25 * at, 75 * at, { canary: { errors } });
  return traffic.reading(at);
}
const seen = (at: number, more: Seen = {}): Sample => sampleOf({ at, reading: reading(at), awaited: awaitedPods.there, ...more });
const goesTo = ({ state, effects }: Move) => [state.phase, ...effects.map((effect) => effect.do)];

describe('a stage is entered', () => {
  it('unwatched while nobody is on the canary', () => {
    for (const [stage, first] of [
      [0, []],
      [1, []],
    ] as const)
      expect(goesTo(enter(plan, stage, 60, { stage: stage - 1, watch }))).toEqual(['scaling', 'scale-canary', 'await-canary', ...first]);
  });

  it('with an eye on its users from the second one with any, also when others are left out', () => {
    for (const [stage, replicas] of [
      [2, 2],
      [3, 4],
    ] as const)
      expect(enter(plan, stage, 60, { stage: 1, watch })).toEqual({
        state: { phase: 'growing', stage, kept: 1, watch, since: 60, there: false },
        effects: [
          { do: 'scale-canary', replicas },
          { do: 'await-canary', replicas, looking: { inSeconds: 30, last: false } },
        ],
      });
  });
});

describe('a stage that passed', () => {
  const of = (weights: readonly number[], more: Parameters<typeof planWith>[0] = {}) =>
    planWith({ stages: weights.map((weight) => ({ weight, holdSeconds: 60 })), ...more });
  const passed = (ladder: ReturnType<typeof of>, readyEndpoints: number) =>
    goesTo(stepHolding(ladder, { phase: 'holding', stage: 0, watch }, seen(60, { readyEndpoints })));

  it('is followed at once by the next, where the same pods carry it and all of them are ready', () => {
    expect(passed(of([10, 20]), 1)).toEqual(['shifting', 'record', 'shift', 'measure']);
    expect(passed(of([30, 50]), 2)).toEqual(['shifting', 'record', 'shift', 'measure']);
  });

  it.each([
    ['more pods are needed', of([10, 30]), 1],
    ['one of the pods is not ready', of([30, 50]), 1],
    ['an autoscaler may have taken pods away', of([60, 70], { canaryAutoscaler: true }), 3],
  ])('is followed once the pods are there, where %s', (_, ladder, readyEndpoints) => {
    expect(passed(ladder, readyEndpoints)).toEqual(['growing', 'scale-canary', 'await-canary']);
  });
});

describe('while the next pods come up', () => {
  it('the weight grows once they are there, and the look that saw them found all well', () => {
    expect(goesTo(stepGrowing(plan, growing, seen(65)))).toEqual(['shifting', 'record', 'shift', 'measure']);
  });

  it('they are waited for until `rollout-timeout`, with a look every interval', () => {
    for (const [at, looking] of [
      [90, { inSeconds: 30, last: false }],
      [135, { inSeconds: 25, last: true }],
      [160, { inSeconds: 30, last: true }],
    ] as const)
      expect(stepGrowing(plan, growing, seen(at, { awaited: awaitedPods.missing })).effects).toEqual([
        { do: 'await-canary', replicas: 2, looking },
      ]);
  });

  it('and do not come, everybody goes back', () => {
    const cause: Cause = { kind: 'crash', code: 'ROLLOUT_TIMED_OUT', text: 'Not there.', remedy: 'See.' };
    expect(step(plan, growing, { on: 'failed', at: 160, cause, doing: 'await-canary' })).toMatchObject({
      state: { phase: 'emptying', ending: { outcome: 'rolled-back', cause } },
    });
  });

  it.each<readonly [string, Seen]>([
    ['a person has changed the weight', { route: { is: 'changed', what: '0 % instead of 25 %', by: 'kubectl-edit', fight: 1 } }],
    ['the third fight is lost', { route: { is: 'changed', what: '0 % instead of 25 %', by: 'argocd', fight: 3 } }],
    ['the route is gone', { route: { is: 'gone' } }],
    ['its pods crash', { trouble: crash }],
    ['none of its pods is ready', { readyEndpoints: 0 }],
    ['the guardian is lost', { guardian: 'lost' }],
  ])('and %s, everybody goes back, be they there or not', (_, what) => {
    for (const awaited of Object.values(awaitedPods)) {
      const sample = seen(65, { ...what, awaited });
      expect(goesTo(step(plan, growing, { on: 'sample', at: 65, sample }))).toEqual(['emptying', 'shift']);
    }
  });

  it('and a controller has changed the weight, the stage that was kept begins anew', () => {
    const sample = seen(65, { route: { is: 'changed', what: '0 % instead of 25 %', by: 'argocd', fight: 1 } });
    expect(step(plan, growing, { on: 'sample', at: 65, sample })).toMatchObject({
      state: { phase: 'shifting', stage: 1 },
      effects: [{ do: 'record', phase: 'stages', weight: 25 }, { do: 'shift', weight: 25, urgent: false }, { do: 'measure' }],
    });
  });

  it('a look that shows harm is followed by another, and the second takes everybody back', () => {
    const first = stepGrowing(plan, growing, seen(90, { reading: reading(90, 0.5) }));
    expect([goesTo(first), first.state]).toMatchObject([['growing', 'observe'], { there: true, watch: { misses: 1 } }]);
    const second = { ...seen(120, { reading: reading(120, 0.5) }) };
    expect(stepGrowing(plan, first.state as In<'growing'>, second).state).toMatchObject({
      phase: 'emptying',
      ending: { cause: { code: 'CRITERIA_FAILED' } },
    });
  });

  it('a look that shows harm once delays it, and pods that were there need not be waited for again', () => {
    const { state } = stepGrowing(plan, growing, seen(90, { reading: reading(90, 0.5) }));
    const { awaited: _, ...well } = { ...seen(120, { reading: { ...reading(5000), at: 120 } }) } as Sample & { awaited?: unknown };
    const sample = sampleOf({ at: 120, reading: well.reading });
    expect(goesTo(stepGrowing(plan, state as In<'growing'>, sample))[0]).toBe('shifting');
  });

  it('pods that are only coming up are not judged by a look that does not wait for them', () => {
    const sample = seen(90, { reading: reading(90, 0.5), awaited: awaitedPods.missing });
    expect(stepGrowing(plan, growing, sample).effects).toEqual([{ do: 'observe', inSeconds: 30, growing: true }]);
  });

  it('a look before the next scrape says nothing against it, and silence that lasts does', () => {
    const silent = silentReading(65);
    const first = stepGrowing(plan, growing, seen(65, { reading: silent }));
    expect(goesTo(first)[0]).toBe('shifting');
    const waiting = stepGrowing(plan, growing, seen(90, { reading: silentReading(90), awaited: awaitedPods.missing }));
    expect(goesTo(waiting)).toEqual(['growing', 'await-canary']);
    expect(goesTo(stepGrowing(plan, waiting.state as In<'growing'>, seen(120, { reading: silentReading(120) })))).toEqual([
      'growing',
      'observe',
    ]);
    expect(stepGrowing(plan, waiting.state as In<'growing'>, seen(690, { reading: silentReading(690) })).state).toMatchObject({
      phase: 'emptying',
      ending: { cause: { code: 'NO_DATA' } },
    });
  });

  it('nobody follows on a look that the cluster did not answer', () => {
    expect(goesTo(stepGrowing(plan, { ...growing, there: true }, blindSample(90, reading(90))))).toEqual(['growing', 'observe']);
  });

  it('few requests are no fault', () => {
    const few = new Traffic();
    few.pass(5, 15);
    expect(goesTo(stepGrowing(plan, growing, seen(65, { reading: few.reading(65) })))[0]).toBe('shifting');
  });
});
