import { digestIn, type Hold, holding } from '../../domain/rollout/hold.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import { notHeld } from '../hold-images.ts';
import { whereItRuns } from '../signature.ts';
import type { Session } from './session.ts';

/** With the first record of the way back: an image that crashed is held, so that nothing brings it back by itself. Empty for every other cause. */
export function heldAt(session: Session): Pick<LeaseChange, 'holds'> {
  const { world, plan, ground, lock, crashed } = session;
  if (crashed === undefined) return {};
  const { image, why } = crashed;
  const digest = digestIn(image);
  if (digest === undefined) {
    world.log.line(`  ${notHeld(image)}`);
    return {};
  }
  const { actor } = world.run;
  const hold: Hold = {
    environment: environmentOf(plan, ground.namespace),
    digest,
    who: `wf-deploy${actor === undefined ? '' : `, started by ${actor},`}`,
    why,
    run: whereItRuns(world),
    at: world.clock.now().toISOString(),
    by: 'crash',
  };
  return holding(lock.found?.holds, hold);
}
