import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { podsFor, shareOf } from '../../../src/domain/traffic/replicas/share.ts';
import { replicas } from '../../../src/domain/traffic/replicas.ts';
import { Failure } from '../../../src/failure.ts';
import { app, canaries, canary, unreadable } from './replicas/canaries.ts';

const { weight, withWeight, accepted } = replicas;
const entries = Object.entries(canaries);
const annotation = 'wf-deploy.io/split';

/** All but what carries the split. */
function rest({ metadata, ...object }: KubernetesObject) {
  const { [annotation]: _split, ...annotations } = metadata.annotations ?? {};
  const { replicas: _replicas, ...spec } = deploymentSpec({ metadata, ...object } as KubernetesObject);
  return { ...object, metadata: { ...metadata, annotations }, spec };
}

it('there are at least forty', () => expect(entries.length).toBeGreaterThanOrEqual(40));

describe.each(entries)('a canary %s', (_, [object, share, after]) => {
  it('has the share of its open pods', () => expect(weight([object], app)).toBeCloseTo(share, 10));

  it('is ordered as pod counts can give it, and nothing else of it changes', () => {
    const [written] = withWeight([object], app, 25);
    const { replicas: size } = deploymentSpec(written!);
    expect(`${size} ${written!.metadata.annotations?.[annotation]}`).toBe(after);
    for (const percent of [0, 5, 25, 50]) expect(rest(withWeight([object], app, percent)[0]!)).toEqual(rest(object));
  });

  it('has no pod left at 0', () => {
    const [written] = withWeight([object], app, 0);
    expect([weight([written!], app), deploymentSpec(written!).replicas]).toEqual([0, 0]);
  });

  it('written twice is written once, and put back is as it was found', () => {
    for (const percent of [0, 10, 50]) {
      const once = withWeight([object], app, percent);
      expect(withWeight(once, app, percent)).toEqual(once);
    }
  });
});

describe.each(Object.entries(unreadable))('a canary %s', (_, [object, share]) => {
  it('counts as the ceiling while it has pods, so that it is noticed', () => expect(weight([object], app)).toBe(share));
  it('can be taken to no pods, and to nothing else', () => {
    expect(deploymentSpec(withWeight([object], app, 0)[0]!).replicas).toBe(0);
    expect(() => withWeight([object], app, 25)).toThrow(Failure);
  });
});

it('any sequence of orders leaves the last one, nearest to what is wished, and 0 in the end', () => {
  const percent = fc.integer({ min: 0, max: 50 });
  fc.assert(
    fc.property(fc.array(percent, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 400 }), (orders, stable) => {
      let objects: readonly KubernetesObject[] = [canary(1, `0/${stable}`)];
      for (const order of orders) {
        objects = withWeight(objects, app, order);
        const pods = podsFor(stable, order);
        expect(weight(objects, app)).toBeCloseTo(shareOf(pods, stable), 10);
        // No other number of pods from one on comes nearer by more than the half pod that rounding decides.
        if (order > 0)
          for (const other of [pods - 1, pods + 1].filter((each) => each >= 1 && each <= stable))
            expect(Math.abs(pods - (stable * order) / (100 - order))).toBeLessThanOrEqual(
              Math.abs(other - (stable * order) / (100 - order)) + 1e-9,
            );
      }
      expect(weight(withWeight(objects, app, 0), app)).toBe(0);
    }),
  );
});

it('other objects are not touched, and a canary that is not there has no users', () => {
  const other = { ...canary(3, '3/5'), metadata: { name: 'agent', namespace: 'shop' } };
  expect(withWeight([other], app, 0)).toEqual([other]);
  expect([weight([], app), weight([other], app), withWeight([], app, 0)]).toEqual([0, 0, []]);
});

it('is read and written by the name of the canary Deployment', () => {
  expect(replicas.objects(app)).toMatchObject([{ kind: { kind: 'Deployment' }, namespace: 'shop', name: 'agent-canary' }]);
  const named = { ...app, deployments: { stable: 'agent', canary: 'agent-next' } };
  expect(replicas.objects(named)[0]?.name).toBe('agent-next');
});

describe('accepted', () => {
  const status = (size: number, split: string, more: object) => accepted([{ ...canary(size, split), status: more }], app);
  it.each([
    ['when as many are ready as are open', 2, '2/5', { observedGeneration: 3, readyReplicas: 2 }],
    ['at 0 when none is ready', 0, '0/5', { observedGeneration: 3 }],
    ['with more pods that wait behind the gate', 4, '2/5', { observedGeneration: 3, readyReplicas: 2 }],
  ])('%s', (_, size, split, more) => expect(status(size, split, more)).toEqual({ is: 'accepted' }));
  it.each([
    ['the controller has not seen it', 2, '2/5', { observedGeneration: 2, readyReplicas: 2 }],
    ['a pod is not ready', 2, '2/5', { observedGeneration: 3, readyReplicas: 1 }],
    ['a pod is still there at 0', 0, '0/5', { observedGeneration: 3, readyReplicas: 1 }],
    ['nothing is said', 1, '1/5', {}],
  ])('not while %s', (_, size, split, more) => expect(status(size, split, more)).toMatchObject({ is: 'pending' }));
  it('where there is none', () => expect(accepted([], app)).toEqual({ is: 'accepted' }));
});
