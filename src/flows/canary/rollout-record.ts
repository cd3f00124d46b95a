import type { Effect } from '../../domain/rollout/effect.ts';
import type { RolloutRecord } from '../../domain/rollout/lease.ts';
import { commitOf } from '../lineage/order.ts';
import { whereItRuns } from '../signature.ts';
import type { Session } from './session.ts';

/** What the Lease says of a rollout from now on. */
export function recordOf(
  { world, plan, ground }: Session,
  { phase, weight, paused, enough }: Extract<Effect, { do: 'record' }>,
): RolloutRecord {
  const commit = commitOf(world, plan.lineage);
  const stage = phase === 'stages' || phase === 'paused' ? plan.stages.findIndex((each) => each.weight === weight) : -1;
  return {
    phase,
    weight,
    container: ground.container,
    image: ground.image,
    previousImage: ground.previousImage,
    run: whereItRuns(world),
    since: world.clock.now().toISOString(),
    ...(commit === undefined ? {} : { commit }),
    ...(stage < 0 ? {} : { stage: `${stage + 1}/${plan.stages.length}` }),
    ...(paused === undefined ? {} : { paused }),
    ...(enough === undefined ? {} : { enough }),
    ...(phase === 'paused' ? { deadline: plan.pauseDeadline } : {}),
  };
}
