import { imagesOf } from '../../domain/kubernetes/pod-template.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { runningDigest } from '../../domain/rollback/running-digest.ts';
import { digestIn, type Hold, withHold } from '../../domain/rollout/hold.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { environmentOf } from '../canary/plan.ts';
import type { Target } from './look.ts';
import { type Session, warn, whereItRuns, whoActs } from './session.ts';

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
  if (session.holds.unreadable) {
    // Then nothing is deployed at all: a list that could be read again would let through what else was held.
    warn(
      session,
      'The annotation wf-deploy.io/holds of the Lease cannot be read and was left as it is: until it is mended, every deployment stops.',
    );
    return {};
  }
  const named = Object.values(target === undefined ? {} : imagesOf(target.template)).map(digestIn);
  const wanted = [...named, ...(target?.lifts ?? []).map(({ digest }) => digest)];
  let list = session.holds.list.filter(({ digest }) => !wanted.includes(digest));
  const hold: Omit<Hold, 'digest'> = {
    environment: environmentOf(plan, namespace),
    who: whoActs(world),
    why: plan.reason === '' ? 'no reason was given' : plan.reason,
    run: whereItRuns(world),
    at: world.clock.now().toISOString(),
    by: 'rollback',
  };
  for (const image of new Set(takenBack)) {
    const digest = runningDigest(image, looked.standing.pods);
    if (digest === undefined)
      warn(session, `Not held: the digest of ${image} is not known, so another run could bring it again. Deploy by digest.`);
    else if (!wanted.includes(digest)) {
      list = [...withHold({ list, unreadable: false }, { ...hold, digest, ...(digestIn(image) === undefined ? { image } : {}) })];
      if (!session.held.includes(digest)) session.held.push(digest);
    }
  }
  session.holds = { list, unreadable: false };
  return { holds: list };
}

/** What the second template does not run any more. */
export const takenBackBy = (present: PodTemplate, target: PodTemplate): readonly string[] => {
  const kept = Object.values(imagesOf(target));
  return Object.values(imagesOf(present)).filter((image) => !kept.includes(image));
};
