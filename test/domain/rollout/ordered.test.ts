import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { epochAnnotation } from '../../../src/domain/rollout/lease.ts';
import { type Order, ordered } from '../../../src/domain/rollout/ordered.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { app, readRoute } from '../traffic/httproute/fixtures.ts';

const route = (epoch: string | undefined, weight = 0): KubernetesObject => {
  const [split] = gatewayApi.withWeight([readRoute('one-rule')], app, weight);
  if (split === undefined) throw new Error('There is no route.');
  const annotations = { note: 'mine', ...(epoch === undefined ? {} : { [epochAnnotation]: epoch }) };
  return { ...split, metadata: { ...split.metadata, resourceVersion: '7', annotations } };
};
const order = (found: KubernetesObject, epoch: number, weight: Order['weight']) => ordered(gatewayApi, app, { epoch, weight }, found);
const weightOf = (object: KubernetesObject | undefined): number | undefined =>
  object === undefined ? undefined : gatewayApi.weight([object], app);

describe('a route that is ordered', () => {
  it.each([
    ['a first epoch', undefined, 1, 0],
    ['a later epoch', '3', 4, 25],
    ['the same epoch and another weight', '4', 4, 25],
    ['an epoch that nobody can read', 'four', 4, 0],
  ])('with %s is written, with the resourceVersion it was read with', (_, there, epoch, weight) => {
    const written = order(route(there), epoch, weight);
    expect(written?.metadata).toMatchObject({ resourceVersion: '7', annotations: { note: 'mine', [epochAnnotation]: String(epoch) } });
    expect(weightOf(written)).toBe(weight);
  });

  it('as it is already is not written', () => {
    expect(order(route('4', 25), 4, 25)).toBeUndefined();
    expect(order(route('4', 25), 4, 'as-found')).toBeUndefined();
  });

  it('as found gets the epoch and keeps its weight', () => {
    const written = order(route('3', 60), 4, 'as-found');
    expect([written?.metadata.annotations?.[epochAnnotation], weightOf(written)]).toEqual(['4', 60]);
  });

  it.each([0, 25, 'as-found'] as const)('by a later epoch is not touched: %s', (weight) => {
    expect(() => order(route('5'), 4, weight)).toThrow(
      expect.objectContaining({ code: 'LOCK_LOST', what: 'The route carries epoch 5, and this run has 4.' }),
    );
  });

  it('is not changed in place', () => {
    const found = route('3');
    const before = structuredClone(found);
    order(found, 4, 25);
    expect(found).toEqual(before);
  });
});
