import { describe, expect, it } from '@jest/globals';
import { promote, stepPromoting, stepReturning } from '../../../src/domain/rollout/promoting.ts';
import type { StableView } from '../../../src/domain/rollout/sample.ts';
import { startWatch } from '../../../src/domain/rollout/watch.ts';
import { blindSample, crash, planWith, sampleOf, stableIs, Traffic } from './rollouts.ts';

const plan = planWith({ rolloutTimeout: 120, failureThreshold: 1 });

function judged(behaviour: { readonly canary?: number; readonly stable?: number } = {}) {
  const traffic = new Traffic();
  const watch = startWatch(0, traffic.reading(0));
  traffic.pass(1000, 1000, { canary: { errors: behaviour.canary ?? 0 }, stable: { errors: behaviour.stable ?? 0 } });
  return { watch, reading: traffic.reading(30) };
}

it('promotion is recorded before stable is touched', () => {
  expect(promote(plan, startWatch(0)).effects.map((effect) => effect.do)).toEqual(['record', 'set-stable', 'observe']);
});

it('a stable that somebody gave its old image again while it took its users back is not promoted', () => {
  const { watch, reading } = judged();
  const seen = (runs: 'old' | 'new') => sampleOf({ at: 30, reading, stable: stableIs('available', runs) });
  const after = (runs: 'old' | 'new') => stepReturning(plan, { phase: 'returning', watch, troubled: false }, seen(runs));
  expect(after('new').state).toMatchObject({ phase: 'emptying', ending: { outcome: 'promoted' } });
  expect(after('old').state).toMatchObject({
    phase: 'restoring',
    cause: { kind: 'drift', text: expect.stringContaining('its old image again') },
  });
  expect(after('old').effects.map((effect) => effect.do)).toEqual(['record', 'restore-stable', 'observe']);
});

describe('while stable gets the image', () => {
  const { watch, reading } = judged();
  const state = (troubled = false) => ({ phase: 'promoting', watch, troubled }) as const;
  const seen = (stable: StableView | undefined, at = 30) => sampleOf({ at, reading, ...(stable === undefined ? {} : { stable }) });

  it.each([
    ['available with the new image', stableIs('available', 'new'), false, 'returning'],
    ['available, but with the old image still', stableIs('available', 'old'), false, 'promoting'],
    ['given its old image again', stableIs('available', 'old'), true, 'restoring'],
    ['on its way', stableIs('progressing', 'new'), false, 'promoting'],
    ['unseen', undefined, false, 'promoting'],
    ['in trouble for the first time', { ...stableIs('progressing', 'new'), trouble: crash }, false, 'promoting'],
    ['in trouble still', { ...stableIs('progressing', 'new'), trouble: crash }, true, 'restoring'],
    ['failed for the first time', stableIs('failed', 'new'), false, 'promoting'],
    ['failed still', stableIs('failed', 'new'), true, 'restoring'],
    ['given another image', stableIs('available', 'foreign'), false, 'restoring'],
  ] as const)('%s', (_, stable, troubled, phase) => {
    expect(stepPromoting(plan, state(troubled), seen(stable)).state.phase).toBe(phase);
  });

  it('looks again soon when there is trouble, and forgets trouble that is over', () => {
    const trouble = stepPromoting(plan, state(), seen(stableIs('failed', 'new')));
    expect(trouble).toMatchObject({ state: { troubled: true }, effects: [{ inSeconds: 5, until: 'stable-available' }] });
    expect(stepPromoting(plan, state(true), seen(stableIs('progressing', 'new')))).toMatchObject({ state: { troubled: false } });
  });

  it('turns round in time when it takes too long, or when the canary turns bad', () => {
    expect(stepPromoting(plan, state(), seen(stableIs('progressing', 'new'), 121)).state).toMatchObject({
      phase: 'restoring',
      cause: { code: 'ROLLOUT_TIMED_OUT' },
    });
    const bad = judged({ canary: 0.1 });
    const sample = sampleOf({ at: 30, reading: bad.reading, stable: stableIs('available', 'new') });
    expect(stepPromoting(plan, { phase: 'promoting', watch: bad.watch, troubled: false }, sample).state).toMatchObject({
      phase: 'restoring',
      cause: { kind: 'harm' },
      enough: 4,
    });
  });

  it('leaves users on a canary that is well until stable is Available again', () => {
    expect(stepPromoting(plan, state(true), seen(stableIs('failed', 'new'))).state).not.toHaveProperty('enough');
    const bad = judged({ stable: 0.1 });
    const sample = sampleOf({ at: 30, reading: bad.reading, stable: stableIs('available', 'new') });
    const { state: after } = stepReturning(plan, { phase: 'returning', watch: bad.watch, troubled: false }, sample);
    expect(after).toMatchObject({ phase: 'restoring', cause: { kind: 'harm' } });
    expect(after).not.toHaveProperty('enough');
  });
});

describe('while users return to stable', () => {
  it.each([
    ['a good stable ends it', {}, 'emptying'],
    ['a bad stable takes its image back first', { stable: 0.1 }, 'restoring'],
  ])('%s', (_, behaviour, phase) => {
    const { watch, reading } = judged(behaviour);
    expect(stepReturning(plan, { phase: 'returning', watch, troubled: false }, sampleOf({ at: 30, reading })).state.phase).toBe(phase);
  });

  it('a stable that nobody could measure is not good', () => {
    const { watch } = judged();
    expect(stepReturning(plan, { phase: 'returning', watch, troubled: false }, sampleOf({ at: 30 })).state.phase).toBe('returning');
  });

  it('a good stable in a cluster that does not answer is not good enough', () => {
    const { watch, reading } = judged();
    expect(stepReturning(plan, { phase: 'returning', watch, troubled: false }, blindSample(30, reading)).state.phase).toBe('returning');
  });
});

describe('a canary by pods, which cannot carry everyone', () => {
  const byPods = { ...plan, stages: [{ weight: 25, holdSeconds: 1 }], podsFor: () => 1 };
  const { watch, reading } = judged();

  it('keeps its share while stable is changed, and while stable is judged', () => {
    expect(promote(byPods, watch).effects[0]).toEqual({ do: 'record', phase: 'promoting', weight: 25 });
    const sample = sampleOf({ at: 30, reading, stable: stableIs('available', 'new') });
    const { state, effects } = stepPromoting(byPods, { phase: 'promoting', watch, troubled: false }, sample);
    expect(state.phase).toBe('returning');
    expect(effects).toEqual([
      { do: 'record', phase: 'returning', weight: 25 },
      { do: 'shift', weight: 25, urgent: false },
      { do: 'measure' },
    ]);
  });

  it('goes at once when it harms: stable has its full size', () => {
    const bad = judged({ canary: 0.1 });
    const sample = sampleOf({ at: 30, reading: bad.reading, stable: stableIs('progressing', 'new') });
    const { effects } = stepPromoting(byPods, { phase: 'promoting', watch: bad.watch, troubled: false }, sample);
    expect(effects.slice(0, 3)).toEqual([
      { do: 'record', phase: 'restoring', weight: 25, enough: 4 },
      { do: 'shift', weight: 0, urgent: true },
      { do: 'restore-stable' },
    ]);
  });

  it('is not given everyone when stable is bad', () => {
    const bad = judged({ stable: 0.1 });
    const { effects } = stepReturning(
      byPods,
      { phase: 'returning', watch: bad.watch, troubled: false },
      sampleOf({ at: 30, reading: bad.reading }),
    );
    expect(effects.filter((effect) => effect.do === 'shift')).toEqual([{ do: 'shift', weight: 0, urgent: true }]);
  });
});
