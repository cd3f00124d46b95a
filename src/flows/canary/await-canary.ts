import { diagnose } from '../../domain/kubernetes/diagnosis.ts';
import { restartsOf } from '../../domain/kubernetes/health.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { blame, notAvailableRemedy } from '../../domain/rollout/cause.ts';
import type { Effect, RolloutEvent } from '../../domain/rollout/effect.ts';
import type { AwaitedPods } from '../../domain/rollout/sample.ts';
import { durationText } from '../../domain/units/duration.ts';
import { awaitRollout, noTroubles, runs } from '../await-rollout.ts';
import { explain } from './explain.ts';
import { lookAround } from './observe.ts';
import { canaryLabels, type Session } from './session.ts';

/** Waits for the canary's pods. Where it has users already, no longer than until the next look at them. */
export async function awaitCanary(
  session: Session,
  { do: doing, replicas, autoscaled, looking }: Extract<Effect, { do: 'await-canary' }>,
  signal: AbortSignal,
): Promise<RolloutEvent> {
  const { world, plan, ground } = session;
  const awaited = await awaitRollout(world, {
    namespace: ground.app.namespace,
    deployment: plan.canaryDeployment,
    podLabels: canaryLabels(session),
    seconds: looking?.inSeconds ?? plan.rolloutTimeout,
    image: ground.image,
    replicas,
    autoscaled: autoscaled === true,
    gated: plan.router.pods !== undefined,
    troubles: session.troubles,
    signal,
  });
  if (awaited.is === 'available') {
    session.canaryPods = awaited.workload.pods.filter((pod) => runs(pod, ground.image));
    // Of a pod that had users meanwhile, what came before is not forgotten.
    session.restarts = { ...restartsOf(session.canaryPods), ...(looking === undefined ? {} : session.restarts) };
    session.troubles = noTroubles();
    if (looking === undefined) return { on: 'done', at: world.clock.monotonic() };
    return await seen(session, { are: 'there' }, signal, awaited.workload.pods);
  }
  if (awaited.is === 'timed-out' && looking?.last === false)
    return await seen(session, { are: 'missing', waitingFor: awaited.waitingFor }, signal);
  const at = world.clock.monotonic();
  const diagnosis = awaited.diagnosis ?? diagnose(session.canaryPods, []);
  const details = await explain(session, plan.canaryDeployment, diagnosis);
  if (awaited.is === 'failed') {
    const text = `${awaited.diagnosis.what}${details}`;
    const cause = { kind: 'crash', code: 'ROLLOUT_FAILED', text, remedy: awaited.diagnosis.remedy, ...blame(awaited.diagnosis) } as const;
    return { on: 'failed', at, cause, doing };
  }
  const why = diagnosis === undefined ? '' : ` ${diagnosis.what}`;
  const text = `The canary was not Available after ${durationText(plan.rolloutTimeout)}, waiting for ${awaited.waitingFor}.${why}${details}`;
  const remedy = diagnosis?.remedy ?? notAvailableRemedy;
  return { on: 'failed', at, cause: { kind: 'crash', code: 'ROLLOUT_TIMED_OUT', text, remedy, ...blame(diagnosis) }, doing };
}

async function seen(
  session: Session,
  awaited: AwaitedPods,
  signal: AbortSignal,
  pods?: readonly KubernetesObject[],
): Promise<RolloutEvent> {
  const sample = await lookAround(session, { pods, awaited, growing: awaited.are === 'missing' }, signal);
  return { on: 'sample', at: sample.at, sample };
}
