import { diagnose } from '../../domain/kubernetes/diagnosis.ts';
import { restartsOf } from '../../domain/kubernetes/health.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import { blame, notAvailableRemedy } from '../../domain/rollout/cause.ts';
import type { Effect, RolloutEvent } from '../../domain/rollout/effect.ts';
import { isStarted } from '../../domain/traffic/replicas/gate.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import { awaitRollout, runs } from '../await-rollout.ts';
import { stepFailed } from '../cause-of.ts';
import { isTransient } from '../follow.ts';
import { freshLock } from '../fresh-lock.ts';
import { patiently } from '../patiently.ts';
import { runSmoke } from '../smoke.ts';
import { alert, tellOfRunBefore } from './alert.ts';
import { scaleCanary, setCanary } from './canary-writes.ts';
import { pinMinima, releaseMinima } from './capacity.ts';
import { dismissGuardian } from './dismiss-guardian.ts';
import { explain } from './explain.ts';
import { postGuardian } from './guardian.ts';
import { handOver } from './hand-over.ts';
import { heldAt } from './hold-back.ts';
import { deployedAt } from './lineage.ts';
import { observe, takeReading } from './observe.ts';
import { passedBefore } from './passed-before.ts';
import { remark } from './remark.ts';
import { recordOf } from './rollout-record.ts';
import { canaryLabels, type Session } from './session.ts';
import { toldAt } from './told.ts';
import { orderWeight, restoreStable, setStable } from './writes.ts';

/** Carries one effect out and answers with its event. Never throws for what the world does. */
export async function perform(session: Session, effect: Effect, signal: AbortSignal): Promise<RolloutEvent> {
  const { world, plan, lock } = session;
  const urgent = effect.do === 'shift' && effect.urgent;
  const patience = {
    seconds: urgent ? plan.rolloutTimeout : plan.noDataTimeout,
    mayPass: urgent ? mayStillBeConfirmed : isTransient,
    signal: AbortSignal.any([signal, lock.lost]),
  };
  try {
    return await patiently(world, patience, () => once(session, effect, signal));
  } catch (error) {
    if (patience.signal.aborted) throw error;
    return { ...stepFailed(error), at: world.clock.monotonic() };
  }
}

/** A gateway that is slow, or someone who keeps writing the route: weight 0 is ordered again until the deadline. */
const mayStillBeConfirmed = (error: unknown): error is Failure =>
  isTransient(error) || (error instanceof Failure && (error.code === 'ROUTE_NOT_ACCEPTED' || error.code === 'CLUSTER_CONFLICT'));

async function once(session: Session, effect: Effect, signal: AbortSignal): Promise<RolloutEvent> {
  const { world, plan, ground, lock } = session;
  const done = (): RolloutEvent => ({ on: 'done', at: world.clock.monotonic() });
  switch (effect.do) {
    case 'claim':
      await orderWeight(session, effect.weight, signal);
      return done();
    case 'record':
      await lock.record({
        rollout: recordOf(session, effect),
        ...toldAt(session, effect.phase),
        ...deployedAt(session, effect.phase),
        ...heldAt(session),
        ...passedBefore(session),
      });
      return done();
    case 'post-guardian':
      await postGuardian(session, signal);
      return done();
    case 'hand-over':
      await handOver(session, signal);
      return done();
    case 'answer':
      lock.answer({ id: effect.id, is: effect.is, text: effect.text });
      return done();
    case 'dismiss-guardian':
      await dismissGuardian(world, ground.app.namespace, plan.service);
      return done();
    case 'set-canary':
      await freshLock(session);
      await setCanary(session, effect.replicas, signal);
      return done();
    case 'scale-canary':
      if (effect.replicas > 0 && effect.atRest !== true) await freshLock(session);
      await scaleCanary(session, effect, signal);
      return done();
    case 'await-canary':
      return await awaitCanary(session, effect, signal);
    case 'pin-minima':
      await freshLock(session);
      await pinMinima(session, signal);
      return done();
    case 'release-minima':
      await releaseMinima(session, signal);
      return done();
    case 'smoke':
      await smoke(session, signal);
      return done();
    case 'shift':
      if (!effect.urgent) await freshLock(session);
      await orderWeight(session, effect.weight, signal);
      return done();
    case 'measure': {
      const reading = await takeReading(session, signal);
      return { on: 'measured', at: world.clock.monotonic(), reading };
    }
    case 'observe': {
      const sample = await observe(session, effect, signal);
      return { on: 'sample', at: sample.at, sample };
    }
    case 'set-stable':
      await freshLock(session);
      await setStable(session, signal);
      return done();
    case 'restore-stable':
      await restoreStable(session, signal);
      return done();
    case 'remark':
      remark(session, effect.text);
      return done();
    case 'alert':
      await alert(session);
      return done();
    case 'tell-of-run-before':
      await tellOfRunBefore(session);
      return done();
  }
}

async function awaitCanary(
  session: Session,
  { replicas, autoscaled }: Extract<Effect, { do: 'await-canary' }>,
  signal: AbortSignal,
): Promise<RolloutEvent> {
  const { world, plan, ground } = session;
  const awaited = await awaitRollout(world, {
    namespace: ground.app.namespace,
    deployment: plan.canaryDeployment,
    podLabels: canaryLabels(session),
    seconds: plan.rolloutTimeout,
    image: ground.image,
    replicas,
    autoscaled: autoscaled === true,
    gated: plan.router.pods !== undefined,
    signal,
  });
  const at = world.clock.monotonic();
  if (awaited.is === 'available') {
    session.canaryPods = awaited.workload.pods.filter((pod) => runs(pod, ground.image));
    session.restarts = restartsOf(session.canaryPods);
    return { on: 'done', at };
  }
  const diagnosis = awaited.diagnosis ?? diagnose(session.canaryPods, []);
  const details = await explain(session, plan.canaryDeployment, diagnosis);
  if (awaited.is === 'failed') {
    const text = `${awaited.diagnosis.what}${details}`;
    const cause = { kind: 'crash', code: 'ROLLOUT_FAILED', text, remedy: awaited.diagnosis.remedy, ...blame(awaited.diagnosis) } as const;
    return { on: 'failed', at, cause };
  }
  const why = diagnosis === undefined ? '' : ` ${diagnosis.what}`;
  const text = `The canary was not Available after ${durationText(plan.rolloutTimeout)}, waiting for ${awaited.waitingFor}.${why}${details}`;
  const remedy = diagnosis?.remedy ?? notAvailableRemedy;
  return { on: 'failed', at, cause: { kind: 'crash', code: 'ROLLOUT_TIMED_OUT', text, remedy, ...blame(diagnosis) } };
}

async function smoke(session: Session, signal: AbortSignal): Promise<void> {
  const { world, plan, ground } = session;
  const pod = session.canaryPods.find(plan.router.pods === undefined ? isReady : isStarted);
  if (pod === undefined) throw new Failure('SMOKE_FAILED', 'No canary pod was ready for the smoke checks.', 'Read the events of its pods.');
  const environment = { CANARY_POD: pod.metadata.name, CANARY_NAMESPACE: ground.app.namespace, CANARY_IMAGE: ground.image };
  session.smoke.push(
    ...(await runSmoke(world, {
      pod: { namespace: ground.app.namespace, name: pod.metadata.name },
      port: ground.port,
      checks: plan.smoke,
      environment,
      signal,
    })),
  );
}
