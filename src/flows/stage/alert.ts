import { tellOnly } from '../canary/tell.ts';
import type { Session } from './session.ts';

const severities = { promoted: 'info', 'rolled-back': 'warning', aborted: 'warning', unknown: 'critical' } as const;

/** One message about the ending. A notifier that fails is said in the log and changes nothing. */
export async function alert({ world, plan, ground, ending, writes }: Session): Promise<void> {
  if (ending === undefined) return;
  const { service } = plan;
  const { namespace } = ground;
  const run = world.run.page ?? world.run.holder;
  await tellOnly(world, {
    severity: severities[ending.outcome],
    service,
    namespace,
    run,
    title: `${service}: ${ending.outcome}`,
    message:
      'cause' in ending
        ? ending.cause.text
        : `The rolling update is done: ${writes.map(({ what }) => what).join('; ') || 'nothing had to be written'}.`,
    facts: { service, namespace, ...(world.run.page === undefined ? {} : { run }) },
    at: world.clock.now().toISOString(),
  });
}
