import { nameOf } from '../../domain/kubernetes/object.ts';
import type { Effect } from '../../domain/rollout/effect.ts';
import type { RolloutRecord } from '../../domain/rollout/rollout-record.ts';
import { commitOf } from '../lineage/order.ts';
import { whereItRuns } from '../signature.ts';
import type { Ground } from './ground.ts';
import type { CanaryPlan } from './plan.ts';
import type { Session } from './session.ts';

export const routeName = ({ router }: Pick<CanaryPlan, 'router'>, { app }: Pick<Ground, 'app'>): string =>
  router.objects(app).map(nameOf).join(', ');

/** What the Lease says of a rollout from now on. */
export function recordOf(
  { world, plan, ground, lock, routeSeen }: Session,
  { phase, weight, paused, enough }: Extract<Effect, { do: 'record' }>,
): RolloutRecord {
  const commit = commitOf(world, plan.lineage);
  // One that was never seen may be another one than the run before wrote, by a name that is wrong.
  const route = routeSeen ? routeName(plan, ground) : lock.found?.rollout?.route;
  const stage = phase === 'stages' || phase === 'paused' ? plan.stages.findIndex((each) => each.weight === weight) : -1;
  return {
    phase,
    weight,
    container: ground.container,
    image: ground.image,
    previousImage: ground.previousImage,
    ...(route === undefined ? {} : { route }),
    run: whereItRuns(world),
    since: world.clock.now().toISOString(),
    ...(commit === undefined ? {} : { commit }),
    ...(stage < 0 ? {} : { stage: `${stage + 1}/${plan.stages.length}` }),
    ...(paused === undefined ? {} : { paused }),
    ...(enough === undefined ? {} : { enough }),
    ...(ground.fixedAtRest > 0 ? { fixed: ground.fixedAtRest } : {}),
    ...(phase === 'paused' ? { deadline: plan.pauseDeadline } : {}),
  };
}
