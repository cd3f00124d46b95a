import { describe, expect, it } from '@jest/globals';
import { cancelled, isContested, sickness, stableSickness } from '../../../src/domain/rollout/cause.ts';
import { blindSample, crash, planWith, sampleOf, stableIs } from './rollouts.ts';

const contested = { is: 'changed', what: 'the canary has 0 % instead of 5 %', by: 'argocd', fight: 1 } as const;

describe('a contested weight', () => {
  it.each([
    ['is one that a controller wrote', { route: contested }, true],
    ['is none where a person wrote it', { route: { ...contested, by: 'kubectl' } }, false],
    ['is none where it was written too often', { route: { ...contested, fight: 3 } }, false],
    ['is none where the canary crashed: the next look would be too late', { route: contested, trouble: crash }, false],
    ['is none where the canary has no ready pod', { route: contested, readyEndpoints: 0 }, false],
    ['is one where trouble mends itself', { route: contested, trouble: { ...crash, fatal: false } }, true],
    ['is none where the guardian was lost', { route: contested, guardian: 'lost' }, false],
  ] as const)('%s', (_, seen, is) => expect(isContested(sampleOf(seen))).toBe(is));
});

describe('sickness', () => {
  it.each([
    ['all is as ordered', sampleOf()],
    ['only something else than the split was changed', sampleOf({ route: { is: 'as-ordered', note: '`kubectl` changed the route' } })],
    ['nodes are not heard of, and are waited for', sampleOf({ readyEndpoints: 0, trouble: { ...crash, cause: 'node', fatal: false } })],
    ['there is trouble that mends itself', sampleOf({ trouble: { ...crash, fatal: false } })],
    ['the cluster gave no answer', blindSample(0)],
  ])('none where %s', (_, sample) => {
    expect(sickness(sample)).toBeUndefined();
  });

  it.each([
    [
      'a changed route, whose writer is named',
      { route: { is: 'changed', what: 'the canary has 50 % instead of 5 %', by: 'argocd', fight: 3 } },
      'drift',
      'DRIFT',
      /`argocd`.*for the third time.*50 % instead of 5 %/,
    ],
    ['a deleted route', { route: { is: 'gone' } }, 'drift', 'DRIFT', /deleted/],
    ['a crash', { trouble: crash }, 'crash', 'ROLLOUT_FAILED', /exit code 1/],
    ['no ready pod', { readyEndpoints: 0 }, 'crash', 'ROLLOUT_FAILED', /no ready pod any more/],
    [
      'no ready pod, with what is known about it',
      { readyEndpoints: 0, trouble: { ...crash, fatal: false } },
      'crash',
      'ROLLOUT_FAILED',
      /no ready pod any more.*exit code 1/,
    ],
    ['a crash before a changed route', { route: contested, trouble: crash }, 'crash', 'ROLLOUT_FAILED', /exit code 1/],
    ['a deleted route before a crash', { route: { is: 'gone' }, trouble: crash }, 'drift', 'DRIFT', /deleted/],
  ] as const)('%s', (_, seen, kind, code, text) => {
    const cause = sickness(sampleOf(seen));
    expect(cause).toMatchObject({ kind, code, text: expect.stringMatching(text), remedy: expect.stringMatching(/\S/) });
  });
});

it('of nodes that nobody hears of says nothing of the image', () => {
  expect(sickness(sampleOf({ readyEndpoints: 0, trouble: { ...crash, cause: 'node' } }))).toMatchObject({
    kind: 'crash',
    notTheImage: true,
  });
  expect(sickness(sampleOf({ readyEndpoints: 0, trouble: crash }))).not.toHaveProperty('notTheImage');
});

describe('stableSickness', () => {
  const plan = planWith({ rolloutTimeout: 120 });
  it.each([
    ['not while it is on its way', stableIs('progressing', 'new'), 120],
    ['not when it is there', stableIs('available', 'new'), 500_000 - 499_900],
    ['not while nobody has seen it', undefined, 120],
    ['not for trouble that mends itself', { ...stableIs('progressing', 'new'), trouble: { ...crash, fatal: false } }, 1],
  ] as const)('%s', (_, stable, at) => {
    expect(stableSickness(plan, stable, 0, at)).toBeUndefined();
  });

  it.each([
    ['when its pods crash', { ...stableIs('progressing', 'new'), trouble: crash }, 1, 'crash', 'ROLLOUT_FAILED', /exit code 1/],
    ['when its rollout failed', stableIs('failed', 'new'), 1, 'crash', 'ROLLOUT_FAILED', /made no progress/],
    ['when someone gave it another image', stableIs('available', 'foreign'), 1, 'drift', 'DRIFT', /another image/],
    ['when it takes too long', stableIs('progressing', 'new'), 121, 'crash', 'ROLLOUT_TIMED_OUT', /120 s, waiting for 2 of 4 pods/],
    ['when nobody could see it for too long', undefined, 121, 'crash', 'ROLLOUT_TIMED_OUT', /waiting for an answer of the cluster/],
  ] as const)('%s', (_, stable, at, kind, code, text) => {
    expect(stableSickness(plan, stable, 0, at)).toMatchObject({ kind, code, text: expect.stringMatching(text) });
  });
});

it('a cancel says who asked for it', () => {
  expect(cancelled('SIGTERM')).toMatchObject({ kind: 'cancel', code: 'CANCELLED', text: 'The run was cancelled (SIGTERM).' });
});
