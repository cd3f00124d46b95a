import { isSwitchOpen } from '../../domain/blue-green/record.ts';
import { cancelled } from '../../domain/rollout/cause.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Report } from '../flow.ts';
import { giveAway } from '../give-away.ts';
import { inheritLock, postPatience } from '../successor.ts';
import { mendLeft } from './left-behind.ts';
import { isAnswer, mendByHand, resultByHand } from './mend-by-hand.ts';
import type { BlueGreenWish } from './plan.ts';
import { reportBlueGreen } from './report.ts';
import { endedResult, settle } from './settle.ts';

/**
 * The `post` step: the successor of a run that did not come to its own end. It takes the Lease of its dead predecessor at once, and does
 * nothing when that run had ended, never began, or someone else has taken over since.
 */
export async function takeBack(
  plan: BlueGreenWish,
  handedOver: Readonly<Record<string, string>>,
  world: World,
): Promise<Report | undefined> {
  const { holder = '', open: unfinished } = handedOver;
  if (unfinished !== 'true' || holder === '') return undefined;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const { service, leaseDuration: duration } = plan;
  const started = world.clock.now().toISOString();
  const held = await inheritLock(world, holder, { service, namespace, duration, seconds: postPatience(plan) });
  if (held === undefined) return undefined;
  try {
    const record = held.found?.blueGreen;
    // A rollback that had written nothing of its own yet leaves what it found to the next run.
    if (!(plan.operation === 'rollback' ? isAnswer(record) : isSwitchOpen(record))) {
      await giveAway(world, held);
      return undefined;
    }
    world.log.line('The run before ended in the middle.');
    const raw = { plan, world, started };
    const mended =
      plan.operation === 'rollback'
        ? await mendByHand(world, plan, held, namespace)
        : await mendLeft(world, plan, held, namespace, cancelled('the run was ended from outside'));
    if (mended === undefined) return undefined;
    await settle(mended.session, mended.ending);
    return reportBlueGreen(plan, plan.operation === 'rollback' ? resultByHand(raw, mended) : endedResult({ ...raw, ...mended }));
  } finally {
    held.stop();
  }
}
