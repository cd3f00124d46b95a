import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { type OnRoute, onRoute } from '../canary/unrecorded.ts';
import { operationPatience, patiently } from '../patiently.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { OperationPlan } from './plan.ts';

/** What the named route gives the canary. `undefined`: it may not be read. */
export const routeNow = (world: World, { canary }: OperationPlan): Promise<OnRoute | undefined> =>
  patiently(world, { seconds: operationPatience }, () => unlessForbidden(onRoute(world, canary), undefined));

export type RouteWithoutRollout = 'on-canary' | 'empty' | 'unread';

/** A Lease can be deleted while users are on the canary. Whose rollout that was only the route's mark tells then, and not which run's. */
export async function routeWithoutRollout(world: World, plan: OperationPlan, lease: LeaseView | undefined): Promise<RouteWithoutRollout> {
  if (plan.onlyThisRun && lease !== undefined) return 'empty';
  const route = await routeNow(world, plan);
  if (route === undefined) return 'unread';
  return route.weight > 0 && (route.isMarked || !plan.onlyThisRun) ? 'on-canary' : 'empty';
}
