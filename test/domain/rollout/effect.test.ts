import { describe, expect, it } from '@jest/globals';
import type { Reading } from '../../../src/domain/analysis/reading.ts';
import { begin, beginTakingBack } from '../../../src/domain/rollout/begin.ts';
import { step } from '../../../src/domain/rollout/canary.ts';
import { cancelled } from '../../../src/domain/rollout/cause.ts';
import type { Effect, RolloutEvent } from '../../../src/domain/rollout/effect.ts';
import type { RolloutPlan } from '../../../src/domain/rollout/plan.ts';
import type { AwaitedPods, Sample } from '../../../src/domain/rollout/sample.ts';
import type { Move } from '../../../src/domain/rollout/state.ts';

const plan: RolloutPlan = {
  stages: [
    { weight: 0, holdSeconds: 10 },
    { weight: 20, holdSeconds: 10 },
    { weight: 100, holdSeconds: 10 },
  ],
  interval: 10,
  criteria: [],
  minRequests: 1,
  failureThreshold: 1,
  noDataTimeout: 600,
  promote: true,
  smoke: true,
  guardian: true,
  minima: false,
  canaryAutoscaler: false,
  drain: 0,
  rolloutTimeout: 600,
  pauseLimit: 3600,
  replicas: 4,
};

const nothing = { is: 'no-data', reason: 'not asked' } as const;
const reading: Reading = { at: 0, canary: nothing, stable: nothing, own: [] };
const good = (at: number, awaited?: AwaitedPods): Sample => ({
  at,
  reading,
  cluster: {
    is: 'answer',
    canary: { readyEndpoints: 4, ...(awaited === undefined ? {} : { awaited }) },
    route: { is: 'as-ordered' },
    stable: { status: { is: 'available', ready: 4, replicas: 4 }, ready: 4, runs: 'new' },
  },
});

/** Effects in order until the end, or until one is not answered with what it hopes for. */
function play(first: Move, of: RolloutPlan, fail: (effect: Effect) => RolloutEvent | undefined = () => undefined): readonly string[] {
  const done: string[] = [];
  let move = first;
  for (let at = 1; move.state.phase !== 'ended' && at < 2000; at += 20) {
    let event: RolloutEvent = { on: 'done', at };
    for (const effect of move.effects) {
      done.push('weight' in effect && effect.do === 'shift' ? `shift ${effect.weight}` : effect.do);
      const failed = fail(effect);
      if (effect.do === 'measure') event = { on: 'measured', at, reading };
      if (effect.do === 'await-canary' && effect.looking !== undefined) event = { on: 'sample', at, sample: good(at, { are: 'there' }) };
      if (effect.do === 'observe') event = { on: 'sample', at, sample: good(at) };
      if (failed !== undefined) event = failed;
      if (failed !== undefined) break;
    }
    move = step(of, move.state, event);
  }
  return done;
}

const fresh = begin({ phase: 'resting', sameImage: false });
const missing: RolloutEvent = {
  on: 'failed',
  at: 1,
  cause: { kind: 'error', code: 'GUARDIAN_MISSING', text: 'There is no guardian.', remedy: '' },
  doing: 'post-guardian',
};

describe('a guardian', () => {
  it('is posted once, after the smoke checks and before the first weight, and dismissed once, at the end', () => {
    const done = play(fresh, plan);
    expect(done.filter((it) => it === 'post-guardian')).toHaveLength(1);
    expect(done.indexOf('post-guardian')).toBeGreaterThan(done.indexOf('smoke'));
    expect(done.indexOf('post-guardian')).toBeLessThan(done.indexOf('shift 20'));
    expect(done.filter((it) => it === 'dismiss-guardian')).toHaveLength(1);
    expect(done.indexOf('dismiss-guardian')).toBeGreaterThan(done.lastIndexOf('record'));
  });

  it('that does not come leaves every weight where it was', () => {
    const done = play(fresh, plan, (effect) => (effect.do === 'post-guardian' ? missing : undefined));
    expect(done.filter((it) => it.startsWith('shift') && it !== 'shift 0')).toEqual([]);
    expect(done.slice(-4)).toEqual(['alert', 'scale-canary', 'record', 'dismiss-guardian']);
  });

  it('is not made when none is wished for', () => {
    expect(play(fresh, { ...plan, guardian: false }).filter((it) => it.includes('guardian'))).toEqual([]);
  });

  it('comes before stable is touched in a promotion that was found half done', () => {
    const done = play(begin({ phase: 'promoting', sameImage: true }), plan);
    expect(done.indexOf('post-guardian')).toBeGreaterThan(-1);
    expect(done.indexOf('post-guardian')).toBeLessThan(done.indexOf('set-stable'));
  });

  it('is dismissed by who takes back as well', () => {
    expect(play(beginTakingBack({ phase: 'stages', sameImage: true }, cancelled('x')), plan)).toContain('dismiss-guardian');
  });

  it.each(['stages', 'promoting'] as const)('whose heartbeat stops ends the rollout in the phase %s', (phase) => {
    const lost: RolloutEvent = { on: 'sample', at: 50, sample: { ...good(50), guardian: 'lost' } };
    const watch = { since: 0, evidence: { arms: {} } as never, misses: 0 };
    const state = phase === 'stages' ? ({ phase: 'holding', stage: 1, watch } as const) : ({ phase, watch, troubled: false } as const);
    const move = step(plan, state, lost);
    expect(move.state.phase).toBe(phase === 'stages' ? 'emptying' : 'restoring');
    expect(JSON.stringify(move.state)).toContain('GUARDIAN_LOST');
  });
});
