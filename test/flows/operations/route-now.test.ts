import { describe, expect, it } from '@jest/globals';
import { HTTPRoute } from '../../../src/domain/kubernetes/kinds.ts';
import { epochAnnotation } from '../../../src/domain/rollout/lease.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { routeNow, routeWithoutRollout } from '../../../src/flows/operations/route-now.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { shop } from '../canary/shop.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { leaseOf, left, operationPlan } from './on-shop.ts';

function at(weight: number, mark?: string) {
  const on = shop();
  const route = on.cluster.find(HTTPRoute, 'agent');
  if (route === undefined) throw new Error('There is a route.');
  const [shifted = route] = gatewayApi.withWeight([route], app, weight);
  const annotations = { ...shifted.metadata.annotations, ...(mark === undefined ? {} : { [epochAnnotation]: mark }) };
  on.cluster.put(HTTPRoute, { ...shifted, metadata: { ...shifted.metadata, annotations } });
  return on;
}
const own = { 'only-this-run': 'true' };

describe('the route of a service without a rollout', () => {
  it.each([
    ['sends nobody to the canary', 0, undefined, {}, 'empty'],
    ['sends users there, of whichever run', 25, undefined, {}, 'on-canary'],
    ['sends users there by a run of ours, which may be the one that is meant', 25, '7', own, 'on-canary'],
    ['sends users there and bears no mark: that was no run of ours', 25, undefined, own, 'empty'],
  ] as const)('%s', async (_, weight, mark, more, is) => {
    const { world, clock } = at(weight, mark);
    expect(await clock.until(routeWithoutRollout(world, operationPlan('abort', more), undefined))).toBe(is);
    expect((await clock.until(routeNow(world, operationPlan('abort', more))))?.weight).toBe(weight);
  });

  it('is not asked for a run that is no more than at rest in the Lease', async () => {
    const on = at(25, '7');
    left(on, 'resting', '');
    expect(await on.clock.until(routeWithoutRollout(on.world, operationPlan('abort', own), leaseOf(on)))).toBe('empty');
  });

  it('may not be read: that is not known, and never empty', async () => {
    const on = at(25);
    on.cluster.failing = ({ kind }) => (kind === 'HTTPRoute' ? forbidden() : undefined);
    expect(await on.clock.until(routeWithoutRollout(on.world, operationPlan('abort'), undefined))).toBe('unread');
  });
});
