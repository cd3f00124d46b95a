import { Failure } from '../../failure.ts';
import type { Alert } from '../../ports/notifier.ts';
import type { Session } from './session.ts';

const severities = { promoted: 'info', 'rolled-back': 'warning', aborted: 'warning', unknown: 'critical' } as const;

/** One message about the ending. A notifier that fails is said in the log and changes nothing. */
export async function alert({ world, plan, ground, ending, writes }: Session): Promise<void> {
  if (ending === undefined) return;
  const run = world.run.page ?? world.run.holder;
  const message: Alert = {
    service: plan.service,
    namespace: ground.namespace,
    run,
    at: world.clock.now().toISOString(),
    severity: severities[ending.outcome],
    title: `${plan.service}: ${ending.outcome}`,
    message:
      'cause' in ending
        ? ending.cause.text
        : `The rolling update is done: ${writes.map(({ what }) => what).join('; ') || 'nothing had to be written'}.`,
    facts: {
      service: plan.service,
      namespace: ground.namespace,
      run,
    },
  };
  for (const notifier of world.notifiers) {
    try {
      await notifier.send(message);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      world.log.line(`  ${error.what}`);
    }
  }
}
