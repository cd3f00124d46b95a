import { crashedImage } from '../../domain/rolling/crashed-image.ts';
import type { RollingEffect } from '../../domain/rolling/rolling.ts';
import { type WorkloadRef, workloadName } from '../../domain/rolling/workload-ref.ts';
import { type Cause, notAvailableRemedy } from '../../domain/rollout/cause.ts';
import type { StepEvent } from '../../domain/rollout/step-event.ts';
import { count } from '../../domain/units/count.ts';
import { durationText } from '../../domain/units/duration.ts';
import { type AwaitingWorkload, awaitWorkload } from '../await-workload.ts';
import { explain } from '../explain.ts';
import { freshLock } from '../fresh-lock.ts';
import { performStep } from '../perform-step.ts';
import { whereItRuns } from '../signature.ts';
import { wrote } from '../writing.ts';
import { alert } from './alert.ts';
import { refuseForeignImages } from './foreign-images.ts';
import { freeStuckPods } from './free-stuck-pods.ts';
import { heldAt } from './hold-crashed.ts';
import { keepJournal } from './keep-journal.ts';
import type { Session } from './session.ts';
import { smokeNewPods } from './smoke-new-pods.ts';
import { outdateLast, takeBackEntry, writeStep } from './writes.ts';

/** Carries one effect out and answers with its event. Never throws for what the world does. */
export async function perform(session: Session, effect: RollingEffect, signal: AbortSignal): Promise<StepEvent> {
  return await performStep(session, session.plan.rolloutTimeout, signal, () => once(session, effect, signal));
}

const done: StepEvent = { on: 'done' };

async function once(session: Session, effect: RollingEffect, signal: AbortSignal): Promise<StepEvent> {
  const { world, plan, ground, lock } = session;
  switch (effect.do) {
    case 'record': {
      // The way back is kept before the Lease says that something is written; a dead run's stays as it is.
      if (!session.kept && effect.phase === 'writing') {
        await freshLock(session);
        const place = { service: plan.service, namespace: ground.namespace };
        await keepJournal(world, place, session.journal, lock.epoch, signal);
      }
      const run = whereItRuns(world);
      const rolling = { phase: effect.phase, key: session.journal.key, run, since: world.clock.now().toISOString() };
      await lock.record({ rolling, told: session.told, ...(effect.phase === 'returning' ? heldAt(session) : {}) });
      return done;
    }
    case 'write': {
      await freshLock(session);
      const step = ground.steps[effect.step];
      if (step !== undefined) session.written.set(effect.step, await writeStep(session, step, signal));
      return done;
    }
    case 'await':
      return await awaitStep(session, effect.step, signal);
    case 'smoke':
      return await smokeNewPods(session, signal);
    case 'take-back': {
      const entry = session.entries[effect.step];
      if (entry !== undefined) await takeBackEntry(session, entry, signal);
      return done;
    }
    case 'await-back':
      return await awaitBack(session, signal);
    case 'alert':
      await alert(session);
      return done;
  }
}

async function awaitStep(session: Session, index: number, signal: AbortSignal): Promise<StepEvent> {
  const step = session.ground.steps[index];
  const workload = session.written.get(index);
  if (step?.workload === undefined || workload === undefined) return done;
  const { world } = session;
  const awaited = await untilAvailable(session, step.workload, workload, signal);
  const now = 'on' in awaited ? await world.cluster.get(step.change.ref, signal) : awaited.workload;
  refuseForeignImages(step, now, [workload]);
  if ('on' in awaited) {
    const image = crashedImage(step, awaited.diagnosis);
    if (image !== undefined) session.crashed = { image, why: awaited.cause.text };
    return { on: 'failed', cause: awaited.cause };
  }
  if (session.newPods.length === 0) session.newPods = awaited.pods;
  world.log.line(`  ${workloadName(step.workload)} is available, ${count(awaited.pods.length, 'new pod')}`);
  return done;
}

async function untilAvailable(session: Session, ref: WorkloadRef, workload: AwaitingWorkload['workload'], signal: AbortSignal) {
  const { world, plan, ground } = session;
  const { namespace } = ground;
  const awaited = await awaitWorkload(world, {
    namespace,
    ref,
    workload,
    seconds: plan.rolloutTimeout,
    onProgress: (text) => world.log.line(`  ${workloadName(ref)}: ${text}`),
    signal,
  });
  if (awaited.is === 'available') return awaited;
  const details = await explain(world, { namespace, workload: ref.name, diagnosis: awaited.diagnosis });
  const event = (cause: Cause) => ({ on: 'failed', cause, diagnosis: awaited.diagnosis }) as const;
  if (awaited.is === 'failed')
    return event({ kind: 'crash', code: 'ROLLOUT_FAILED', text: `${awaited.what}${details}`, remedy: awaited.remedy });
  const why = awaited.diagnosis === undefined ? '' : ` ${awaited.diagnosis.what}`;
  const text = `${workloadName(ref)} was not available after ${durationText(plan.rolloutTimeout)}, waiting for ${awaited.waitingFor}.${why}${details}`;
  const remedy = awaited.diagnosis?.remedy ?? notAvailableRemedy;
  return event({ kind: 'crash', code: 'ROLLOUT_TIMED_OUT', text, remedy });
}

/** All side by side: what counts now is that the old version serves again. */
async function awaitBack(session: Session, signal: AbortSignal): Promise<StepEvent> {
  await outdateLast(session, signal);
  const waiting = session.taken.filter(({ ref, object }) => ref.of.unattended(object) === undefined);
  for (const { object } of waiting) {
    if (object.kind !== 'StatefulSet') continue;
    await freshLock(session);
    const freed = await freeStuckPods(session.world, object, signal);
    if (freed.length > 0)
      wrote(session, `Pods ${freed.join(', ')}: deleted, so that StatefulSet ${object.metadata.name} can make them as they were before`);
  }
  const awaited = await Promise.all(waiting.map(({ ref, object }) => untilAvailable(session, ref, object, signal)));
  const failures = awaited.flatMap((each) => ('on' in each ? [each.cause] : []));
  const [first] = failures;
  if (first === undefined) return done;
  return { on: 'failed', cause: { ...first, text: failures.map(({ text }) => text).join(' ') } };
}
