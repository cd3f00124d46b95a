import { severities } from '../ending.ts';
import { whereItRuns } from '../signature.ts';
import { successorTells } from '../successor-tells.ts';
import { tell } from '../tell.ts';
import type { Session } from './session.ts';

/**
 * Tells of the ending, once to each: whoever ends a dead run's update leaves out those whom that run has told. An unknown ending is not the
 * last word, so that it is told to all, and so is the one that comes after it. Whoever cannot be told changes nothing.
 */
export async function alert(session: Session): Promise<void> {
  const { world, plan, ground, ending, writes, drifts } = session;
  if (ending === undefined) return;
  // What others changed in the middle is theirs, and nobody here can say how the service stands.
  const outcome = drifts.length > 0 ? 'unknown' : ending.outcome;
  if (outcome === 'promoted' && plan.notifyOn === 'failure') return;
  const { service } = plan;
  const { namespace } = ground;
  if ('cause' in ending && ending.cause.code === 'LOCK_LOST' && (await successorTells(session, namespace))) return;
  const run = whereItRuns(world);
  const marking = outcome !== 'unknown';
  const message =
    'cause' in ending
      ? [ending.cause.text, ...drifts, `→ ${ending.cause.remedy}`].join('\n')
      : `The rolling update is done: ${writes.map(({ what }) => what).join('; ') || 'nothing had to be written'}.`;
  await tell(session, {
    message: {
      severity: severities[outcome],
      service,
      namespace,
      run,
      title: `${service}: ${outcome}`,
      message,
      facts: { service, namespace, outcome, ...('cause' in ending ? { code: ending.cause.code } : {}), run },
      at: world.clock.now().toISOString(),
    },
    about: outcome,
    knowing: marking ? session.told : [],
    marking,
  });
}
