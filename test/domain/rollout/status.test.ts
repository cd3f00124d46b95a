import { describe, expect, it } from '@jest/globals';
import { startEvidence } from '../../../src/domain/analysis/evidence.ts';
import { cancelled } from '../../../src/domain/rollout/cause.ts';
import type { Rollout } from '../../../src/domain/rollout/state.ts';
import { placeOf, seenIn, statusLine } from '../../../src/domain/rollout/status.ts';
import { startWatch } from '../../../src/domain/rollout/watch.ts';
import { awaitedPods, blindSample, planWith, sampleOf, stableIs, Traffic } from './rollouts.ts';

const plan = planWith({
  stages: [
    { weight: 0, holdSeconds: 30 },
    { weight: 25, holdSeconds: 900 },
  ],
});
const ending = { outcome: 'aborted', cause: cancelled('SIGINT') } as const;

function seen(canary: number, stable: number) {
  const traffic = new Traffic();
  const watch = startWatch(0, traffic.reading(0));
  traffic.pass(canary, stable);
  return { watch, reading: traffic.reading(60) };
}

describe('statusLine', () => {
  const { watch, reading } = seen(2500, 7500);
  const holding: Rollout = { phase: 'holding', stage: 1, watch };

  it('says where, how much, against which limit, and for how long', () => {
    expect(statusLine(plan, holding, sampleOf({ at: 60, reading }))).toBe(
      'stage 2/2, 25 % · measured 25.0 % · 2,500 requests · error-rate 0 % (≤ 1 %) · latency-p99 0.25 s (≤ 2 s) · PASS · 1m of 15m',
    );
  });

  it('while the next pods come up is that of the stage that goes on, and says what they wait for', () => {
    const growing: Rollout = { phase: 'growing', stage: 2, kept: 1, watch, since: 60, there: false };
    const held =
      'stage 2/2, 25 % · measured 25.0 % · 2,500 requests · error-rate 0 % (≤ 1 %) · latency-p99 0.25 s (≤ 2 s) · PASS · 1m of 15m';
    const coming = ' · canary: waiting for 2 of 4 pods to become available (2 ready)';
    expect(statusLine(plan, growing, sampleOf({ at: 60, reading, awaited: awaitedPods.there }))).toBe(held);
    expect(statusLine(plan, growing, sampleOf({ at: 60, reading, awaited: awaitedPods.missing }))).toBe(held + coming);
    // Before the next scrape there is nothing to say of the metrics.
    expect(statusLine(plan, growing, sampleOf({ at: 60, awaited: awaitedPods.there }))).toBeUndefined();
    expect(statusLine(plan, growing, sampleOf({ at: 60, awaited: awaitedPods.missing }))).toBe(`stage 2/2, 25 %${coming}`);
  });

  it('says that the cluster gave no answer', () => {
    expect(statusLine(plan, holding, blindSample(60, reading))).toMatch(/ · PASS · 1m of 15m · cluster: no answer \(no route to host\)$/);
  });

  it('says that nodes are not heard of', () => {
    const trouble = { cause: 'node', fatal: false, what: 'Nobody hears of the node.', remedy: '' } as const;
    const canary = sampleOf({ at: 60, reading, readyEndpoints: 0, trouble });
    expect(statusLine(plan, holding, canary)).toMatch(/ · 1m of 15m · Nobody hears of the node\.$/);
  });

  it('says when someone changed something else in the route', () => {
    const route = { is: 'as-ordered', note: '`kubectl` changed the route, but not the split' } as const;
    expect(statusLine(plan, holding, sampleOf({ at: 60, reading, route }))).toMatch(/ · `kubectl` changed the route, but not the split$/);
  });

  it('says NO DATA and the reason, never a pass', () => {
    const line = statusLine(plan, holding, sampleOf({ at: 60 }));
    expect(line).toMatch(/share not measured · 0 requests · error-rate not measured: .* · NO DATA/);
    expect(line).not.toContain('PASS');
  });

  it('of a first stage at weight 0 shows no criteria, because there is nothing to judge', () => {
    const line = statusLine(plan, { phase: 'holding', stage: 0, watch }, sampleOf({ at: 15, reading }));
    expect(line).toMatch(/^stage 1\/2, 0 % · .* requests · PASS · 15s of 30s$/);
  });

  it('counts stable while traffic returns to it, and says what it waits for while it is changed', () => {
    expect(statusLine(plan, { phase: 'returning', watch, troubled: false }, sampleOf({ at: 60, reading }))).toContain('7,500 requests');
    const promoting: Rollout = { phase: 'promoting', watch, troubled: false };
    expect(statusLine(plan, promoting, sampleOf({ at: 60, reading, stable: stableIs('progressing', 'new') }))).toMatch(
      / · stable: waiting for 2 of 4 pods to become available \(2 ready\)$/,
    );
  });

  it('says how far stable is on the way back, and nothing where there is nothing to say', () => {
    const restoring: Rollout = { phase: 'restoring', cause: ending.cause, since: 0, again: false };
    expect(statusLine(plan, restoring, sampleOf({ stable: stableIs('progressing', 'old') }))).toBe(
      'going back: stable gets its old image · stable: waiting for 2 of 4 pods to become available (2 ready)',
    );
    expect(statusLine(plan, restoring, blindSample(60))).toBe(
      'going back: stable gets its old image · cluster: no answer (no route to host)',
    );
    expect(statusLine(plan, restoring, sampleOf())).toBeUndefined();
  });

  it('marks what is advisory', () => {
    const advisory = { kind: 'query', name: 'queue', query: 'q', max: 5, required: false } as const;
    const own = [{ name: 'queue', arm: 'canary', is: 'value', value: 9 }] as const;
    const line = statusLine({ ...plan, criteria: [advisory] }, holding, sampleOf({ at: 60, reading: { ...reading, own } }));
    expect(line).toContain('advisory');
    expect(line?.match(/advisory/g)).toHaveLength(1);
  });
});

describe('placeOf', () => {
  const { watch } = seen(1, 1);
  it.each<readonly [Rollout, string | undefined]>([
    [{ phase: 'claiming', next: 'prepare' }, undefined],
    [{ phase: 'preparing' }, 'preparing the canary'],
    [{ phase: 'smoking' }, 'smoke checks on the canary'],
    [{ phase: 'scaling', stage: 0 }, 'stage 1/2, 0 %'],
    [{ phase: 'growing', stage: 1, kept: 0, watch, since: 0, there: false }, 'stage 2/2, 25 %'],
    [{ phase: 'shifting', stage: 1 }, 'stage 2/2, 25 %'],
    [{ phase: 'holding', stage: 1, watch }, 'stage 2/2, 25 %'],
    [{ phase: 'promoting', watch, troubled: false }, 'promoting: canary 100 %, stable gets the new image'],
    [{ phase: 'returning', watch, troubled: false }, 'returning: stable 50 %, with the new image'],
    [{ phase: 'restoring', cause: ending.cause, since: 0, again: false }, 'going back: stable gets its old image'],
    [{ phase: 'emptying', ending, again: false, disturbed: false }, 'canary to 0 %'],
    [{ phase: 'draining', ending, since: 0, evidence: startEvidence(), disturbed: false }, 'draining the canary'],
    [{ phase: 'resting', ending }, 'canary to rest'],
    [{ phase: 'ended', ending }, undefined],
  ])('%j', (state, expected) => {
    expect(placeOf(plan, state)).toBe(expected);
  });
});

it('an arm is judged in these phases only', () => {
  const { watch, reading } = seen(1000, 1000);
  const sample = sampleOf({ at: 60, reading });
  const phases: readonly Rollout[] = [
    { phase: 'holding', stage: 1, watch },
    { phase: 'growing', stage: 2, kept: 1, watch, since: 0, there: false },
    { phase: 'promoting', watch, troubled: false },
    { phase: 'returning', watch, troubled: false },
    { phase: 'draining', ending, since: 0, evidence: startEvidence(), disturbed: false },
    { phase: 'restoring', cause: ending.cause, since: 0, again: false },
  ];
  expect(phases.map((state) => seenIn(plan, state, sample) !== undefined)).toEqual([true, true, true, true, false, false]);
});
