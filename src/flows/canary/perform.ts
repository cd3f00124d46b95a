import { isReady } from '../../domain/kubernetes/pod.ts';
import type { Effect, RolloutEvent } from '../../domain/rollout/effect.ts';
import { isStarted } from '../../domain/traffic/replicas/gate.ts';
import { Failure } from '../../failure.ts';
import { stepFailed } from '../cause-of.ts';
import { isTransient } from '../follow.ts';
import { freshLock } from '../fresh-lock.ts';
import { patiently } from '../patiently.ts';
import { runSmoke } from '../smoke.ts';
import { alert, tellOfRunBefore } from './alert.ts';
import { awaitCanary } from './await-canary.ts';
import { scaleCanary, setCanary } from './canary-writes.ts';
import { pinMinima, releaseMinima } from './capacity.ts';
import { dismissGuardian } from './dismiss-guardian.ts';
import { postGuardian } from './guardian.ts';
import { handOver } from './hand-over.ts';
import { heldAt } from './hold-back.ts';
import { deployedAt } from './lineage.ts';
import { observe, overdueLook, takeReading } from './observe.ts';
import { passedBefore } from './passed-before.ts';
import { remark } from './remark.ts';
import { recordOf } from './rollout-record.ts';
import type { Session } from './session.ts';
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
    const failed = { ...stepFailed(error), at: world.clock.monotonic() };
    return failed.on === 'failed' ? { ...failed, doing: effect.do } : failed;
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
      await dismissGuardian(session, ground.app.namespace, plan.service);
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
      if (!effect.urgent) {
        await freshLock(session);
        const sick = await overdueLook(session, signal);
        if (sick !== undefined) return sick;
      }
      await orderWeight(session, effect.weight, signal, effect.urgent ? undefined : session.lookedAt);
      return done();
    case 'measure': {
      const reading = await takeReading(session, signal);
      return { on: 'measured', at: world.clock.monotonic(), reading };
    }
    case 'observe': {
      const sample = await observe(session, effect, signal);
      return { on: 'sample', at: sample.at, sample };
    }
    case 'set-stable': {
      await freshLock(session);
      const sick = await overdueLook(session, signal);
      if (sick !== undefined) return sick;
      await setStable(session, signal);
      return done();
    }
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

async function smoke(session: Session, signal: AbortSignal): Promise<void> {
  const { world, plan, ground } = session;
  const pod = session.canaryPods.find(plan.router.pods === undefined ? isReady : isStarted);
  if (pod === undefined) throw new Failure('SMOKE_FAILED', 'No canary pod was ready for the smoke checks.', 'Read the events of its pods.');
  const asked = { namespace: ground.app.namespace, name: pod.metadata.name };
  const { image, port } = ground;
  try {
    session.smoke.push(...(await runSmoke(world, { pod: asked, port, checks: plan.smoke, image, signal })));
  } catch (error) {
    // What never came to the pod says nothing of its image: an API server that is away is waited for.
    throw error instanceof Failure && error.cause instanceof Failure ? error.cause : error;
  }
}
