import type { Ending } from '../../domain/rollout/state.ts';
import { Failure } from '../../failure.ts';
import type { Alert } from '../../ports/notifier.ts';
import type { Session } from './session.ts';

/** One message about the ending. A notifier that fails is said in the log and changes nothing. */
export async function alert(session: Session): Promise<void> {
  const { world, ending } = session;
  if (ending === undefined) return;
  const message = alertOf(session, ending);
  for (const notifier of world.notifiers) {
    try {
      await notifier.send(message);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      world.log.line(`  ${error.what}`);
    }
  }
}

const severities = {
  promoted: 'info',
  analysed: 'info',
  paused: 'info',
  'rolled-back': 'warning',
  aborted: 'warning',
  unknown: 'critical',
} as const;

function alertOf({ plan, ground, world, route }: Session, ending: Ending): Alert {
  return {
    severity: severities[ending.outcome],
    title: `${plan.service}: ${ending.outcome}`,
    message: 'cause' in ending ? ending.cause.text : `${ground.image} has passed every stage.`,
    facts: {
      service: plan.service,
      namespace: ground.app.namespace,
      image: ground.image,
      'previous-image': ground.previousImage,
      ...(route === undefined ? {} : { weight: String(route.weight) }),
      ...(world.run.page === undefined ? {} : { run: world.run.page }),
    },
  };
}
