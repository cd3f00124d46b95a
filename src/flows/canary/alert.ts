import { unfinished } from '../../domain/rollout/begin.ts';
import type { ArmFigures, Figures } from '../../domain/rollout/figures.ts';
import type { Ending } from '../../domain/rollout/state.ts';
import { highestShare } from '../../domain/traffic/weights/rule-shares.ts';
import { shown } from '../../domain/units/shown.ts';
import type { Failure } from '../../failure.ts';
import type { Alert } from '../../ports/notifier.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { severities } from '../ending.ts';
import { whereItRuns } from '../signature.ts';
import { successorTells } from '../successor-tells.ts';
import { tell, tellOnly } from '../tell.ts';
import { explainTrouble } from './explain.ts';
import type { CanaryPlan } from './plan.ts';
import type { Session } from './session.ts';

/**
 * Seconds that the rest of the way back, which begins when users are safe, waits for people to be told. Who was told by then is in the
 * Lease before anything else happens, so that a run that is killed leaves nobody to be told twice.
 */
const grace = 1;

/** Tells of the ending. The way back goes on without those who take long; the end of the run waits for them. */
export async function alert(session: Session): Promise<void> {
  await explainTrouble(session);
  const { ending, world, plan } = session;
  if (ending === undefined || (isGood(ending) && plan.notifyOn === 'failure')) return;
  const lost = 'cause' in ending && ending.cause.code === 'LOCK_LOST';
  const message = alertOf(session, ending);
  // Neither is the last word: whoever ends the rollout after all tells of that as well.
  const marking = ending.outcome !== 'unknown' && ending.outcome !== 'paused';
  if (ending.outcome === 'unknown') world.handover.save({ alarmed: 'true' });
  const telling = async (): Promise<void> => {
    if (lost && (await successorTells(session, session.ground.app.namespace))) return;
    await tell(session, { message, about: ending.outcome, knowing: marking ? session.told : [], marking });
  };
  session.telling = Promise.all([session.telling, telling()]).then(() => undefined);
  await Promise.race([session.telling, world.clock.sleep(grace)]);
}

/** A run that is gone cannot tell of its ending: whoever takes its changes back does, to those who were not told before it went. */
export async function tellOfRunBefore(session: Session): Promise<void> {
  const { world, plan, ground, lock } = session;
  const { rollout, told = [] } = lock.found ?? {};
  if (rollout === undefined || !unfinished(rollout)) return;
  session.told = told;
  const message: Alert = {
    severity: 'warning',
    service: plan.service,
    namespace: ground.app.namespace,
    run: rollout.run,
    title: `${plan.service}: taken back after its run ended`,
    message:
      `The run left the canary in the phase ${rollout.phase}. ` +
      'The next run has given all traffic back to stable (canary weight 0), and starts its own rollout now.',
    facts: {
      service: plan.service,
      namespace: ground.app.namespace,
      image: shown(rollout.image, 300),
      'previous-image': shown(rollout.previousImage, 300),
      'weight-before': `${rollout.weight} %`,
      weight: '0',
      run: rollout.run,
      'next-run': whereItRuns(world),
    },
    at: world.clock.now().toISOString(),
  };
  await tell(session, { message, about: 'the run before', knowing: told, marking: true });
}

/** The alarm of a `post` step that could not find out, or not mend, what its run left behind. */
export async function alarm(world: World, plan: CanaryPlan, failure: Failure): Promise<void> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const run = whereItRuns(world);
  await tellOnly(world, {
    severity: severities.unknown,
    service: plan.service,
    namespace,
    run,
    title: `${plan.service}: unknown`,
    message: `The run ended, and nobody can say whether the canary still has users: ${failure.what}\n→ Look at the route and the Lease in the cluster at once.`,
    facts: { service: plan.service, namespace, outcome: 'unknown', code: failure.code, run },
    at: world.clock.now().toISOString(),
  });
}

const isGood = ({ outcome }: Ending): boolean => severities[outcome] === 'info';

function alertOf({ plan, ground, world, route, figures, lock, run }: Session, ending: Ending): Alert {
  const { outcome } = ending;
  const before = figures?.weight ?? lock.found?.rollout?.weight;
  const ended = whereItRuns(world);
  return {
    severity: severities[outcome],
    service: plan.service,
    namespace: ground.app.namespace,
    run,
    title: `${plan.service}: ${outcome}`,
    message: 'cause' in ending ? `${ending.cause.text}\n→ ${ending.cause.remedy}` : `${ground.image} has passed every stage.`,
    facts: {
      service: plan.service,
      namespace: ground.app.namespace,
      outcome,
      ...('cause' in ending ? { code: ending.cause.code } : {}),
      image: ground.image,
      'previous-image': ground.previousImage,
      ...(figures === undefined ? {} : { stage: figures.place }),
      ...(before === undefined || isGood(ending) ? {} : { 'weight-before': `${before} %` }),
      ...(route === undefined || outcome === 'unknown' ? {} : { weight: String(highestShare(route.shares)) }),
      ...(figures === undefined ? {} : numbersOf(figures)),
      run,
      ...(ended === run ? {} : { 'ended-by': ended }),
    },
    at: world.clock.now().toISOString(),
  };
}

/** Side by side, as channels with two columns show them. */
function numbersOf({ canary, stable }: Figures): Readonly<Record<string, string>> {
  const rate = ({ requests, errors }: ArmFigures): string =>
    requests === 0 ? 'not measured' : `${((100 * errors) / requests).toFixed(2)} %`;
  const p99 = ({ latencyP99 }: ArmFigures): string => (latencyP99 === null ? 'not known' : `${Math.round(latencyP99 * 1000)} ms`);
  return {
    'canary-requests': String(canary.requests),
    'stable-requests': String(stable.requests),
    'canary-error-rate': rate(canary),
    'stable-error-rate': rate(stable),
    'canary-p99': p99(canary),
    'stable-p99': p99(stable),
  };
}
