import { severities } from '../ending.ts';
import { whereItRuns } from '../signature.ts';
import { successorTells } from '../successor-tells.ts';
import { tellOnly } from '../tell.ts';
import type { Session } from './session.ts';

/** One message about the ending. A notifier that fails is said in the log and changes nothing. */
export async function alert(session: Session): Promise<void> {
  const { world, plan, operation, namespace, ending, to, image } = session;
  if (ending === undefined || (ending.outcome === 'promoted' && operation === 'deploy' && plan.notifyOn === 'failure')) return;
  if ('cause' in ending && ending.cause.code === 'LOCK_LOST' && (await successorTells(session, namespace))) return;
  const { service } = plan;
  const run = whereItRuns(world);
  const back = operation === 'rollback' && ending.outcome === 'promoted';
  await tellOnly(world, {
    severity: back ? 'warning' : severities[ending.outcome],
    service,
    namespace,
    run,
    title: `${service}: ${back ? 'rolled-back' : ending.outcome}`,
    message: 'cause' in ending ? `${ending.cause.text}\n→ ${ending.cause.remedy}` : `Users are on ${to} (${image}).`,
    facts: { service, namespace, outcome: ending.outcome, image, ...('cause' in ending ? { code: ending.cause.code } : {}), run },
    at: world.clock.now().toISOString(),
  });
}
