import { selectorOf, selectorText } from '../../domain/kubernetes/labels.ts';
import { blame, type Cause, notAvailableRemedy } from '../../domain/rollout/cause.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import type { StepEvent } from '../../domain/rollout/step-event.ts';
import { durationText } from '../../domain/units/duration.ts';
import { awaitRollout } from '../await-rollout.ts';
import { explain } from '../explain.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { deploymentOf, present } from './colours.ts';
import type { Session } from './session.ts';

const because = (cause: Cause): StepEvent => ({ on: 'failed', cause });

/** Waits until every pod of a colour is ready with its image. */
export async function awaitColour(
  session: Session,
  colour: Colour,
  image: string,
  signal: AbortSignal,
  most = session.plan.rolloutTimeout,
): Promise<StepEvent> {
  const { world, plan, namespace } = session;
  const seconds = Math.min(most, plan.rolloutTimeout);
  const { name } = deploymentOf(session, colour);
  const deployment = await present(session, colour, signal);
  const podsUnseen = await mayNotSeePods(session, deployment, signal);
  if (podsUnseen)
    session.remarks.push(
      `Not looked at: the pods of ${name}, which may not be listed. Its Deployment alone says whether they are available.`,
    );
  const awaited = await awaitRollout(world, {
    namespace,
    deployment: name,
    podLabels: selectorText(selectorOf(deployment)),
    seconds,
    image,
    replicas: session.needed,
    autoscaled: true,
    podsUnseen,
    signal,
  });
  if (awaited.is === 'available') {
    world.log.line(`  Deployment ${name} is available`);
    return { on: 'done' };
  }
  const details = await explain(world, { namespace, workload: name, diagnosis: awaited.diagnosis });
  if (awaited.is === 'failed')
    return because({
      kind: 'crash',
      code: 'ROLLOUT_FAILED',
      text: `${awaited.diagnosis.what}${details}`,
      remedy: awaited.diagnosis.remedy,
      ...blame(awaited.diagnosis),
    });
  const why = awaited.diagnosis === undefined ? '' : ` ${awaited.diagnosis.what}`;
  return because({
    kind: 'crash',
    code: 'ROLLOUT_TIMED_OUT',
    text: `Deployment ${name} was not available after ${durationText(seconds)}, waiting for ${awaited.waitingFor}.${why}${details}`,
    remedy: awaited.diagnosis?.remedy ?? notAvailableRemedy,
    ...blame(awaited.diagnosis),
  });
}

/** On a way back the word of the Deployment is enough: to look at the pods oneself is no reason to stop it. */
async function mayNotSeePods(
  { world, namespace, plan }: Session,
  deployment: Parameters<typeof podsOfWorkload>[2],
  signal: AbortSignal,
): Promise<boolean> {
  if (plan.operation === 'deploy') return false;
  return (await unlessForbidden(podsOfWorkload(world, namespace, deployment, signal), undefined)) === undefined;
}
