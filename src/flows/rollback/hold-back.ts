import { imagesOf } from '../../domain/kubernetes/pod-template.ts';
import { digestIn } from '../../domain/rollout/hold.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import { holdImages } from '../hold-images.ts';
import { whereItRuns, whoActs } from '../signature.ts';
import type { Target } from './look.ts';
import { type Session, warn } from './session.ts';

/**
 * The holds of the service from now on: without those that going to `target` lifts, and with what is taken back. Written before anything
 * else, so that nothing brings it back meanwhile.
 */
export function holdsFor(
  session: Session,
  takenBack: readonly string[],
  target: Pick<Target, 'template' | 'lifts'> | undefined,
): Pick<LeaseChange, 'holds'> {
  const { world, plan, namespace, looked } = session;
  const named = Object.values(target === undefined ? {} : imagesOf(target.template)).map(digestIn);
  const { holds, held, warnings } = holdImages({
    holds: session.holds,
    images: takenBack,
    wanted: [...named, ...(target?.lifts ?? []).map(({ digest }) => digest)],
    pods: looked.standing.pods,
    hold: {
      environment: environmentOf(plan, namespace),
      who: whoActs(world),
      why: plan.reason === '' ? 'no reason was given' : plan.reason,
      run: whereItRuns(world),
      at: world.clock.now().toISOString(),
      by: 'rollback',
    },
  });
  for (const warning of warnings) warn(session, warning);
  session.held.push(...held.filter((digest) => !session.held.includes(digest)));
  session.holds = holds;
  return holds.unreadable ? {} : { holds: holds.list };
}
