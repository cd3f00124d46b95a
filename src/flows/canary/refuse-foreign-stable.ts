import { templateWriter } from '../../domain/kubernetes/managers.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import { refuseOvertaken } from '../../domain/rollout/ordered.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import { type Session, stableRef } from './session.ts';
import { runsOf } from './stable-view.ts';

/**
 * Whoever gave stable another image while the canary was tried, a hotfix perhaps, has that kept: DRIFT where it runs neither what it ran
 * when the rollout began nor what the rollout sets. LOCK_LOST where it carries a later epoch.
 */
export function refuseForeignStable(session: Session, deployment: KubernetesObject): void {
  const name = nameOf(stableRef(session));
  // Who took this run's Lease has made sure of stable, and this run has not heard of it yet.
  refuseOvertaken(deployment, session.lock.epoch, name);
  if (runsOf(session, deployment) !== 'foreign') return;
  const { container, previousImage } = session.ground;
  throw new Failure(
    'DRIFT',
    `${name} runs ${shown(imageOf(deployment, container) ?? 'no image', 300)} now, and not ${shown(previousImage, 300)} as when the rollout began: \`${templateWriter(deployment)}\` wrote it last.`,
    'It was left as it is. Start the workflow again: a new rollout is compared with what stable runs now.',
  );
}
