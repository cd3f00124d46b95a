import { digestIn, type Hold, heldFor, holding } from '../../domain/rollout/hold.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import { whereItRuns } from '../signature.ts';
import type { Session } from './session.ts';

/**
 * From the first record of a way back on, an image that did harm or crashed is held: whoever takes over from here knows it too. Empty for
 * every other cause, and for an image whose digest nobody knows.
 */
export function heldAt(session: Session): Pick<LeaseChange, 'holds'> {
  session.hold ??= holdFor(session);
  return session.hold === undefined ? {} : holding(session.lock.found?.holds, session.hold);
}

function holdFor({ cause, ground, plan, world }: Session): Hold | undefined {
  const by = cause === undefined ? undefined : heldFor(cause);
  if (cause === undefined || by === undefined) return undefined;
  const digest = digestIn(ground.image);
  if (digest === undefined) {
    world.log.line(`  Not held: the digest of ${ground.image} is not known, so another run could bring it again.`);
    return undefined;
  }
  return {
    environment: environmentOf(plan, ground.app.namespace),
    digest,
    who: `wf-deploy ${plan.action}${world.run.actor === undefined ? '' : `, started by ${world.run.actor},`}`,
    why: cause.text,
    run: whereItRuns(world),
    at: world.clock.now().toISOString(),
    by,
  };
}
