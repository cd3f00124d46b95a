import type { BlueGreenEffect } from '../../domain/blue-green/blue-green.ts';
import type { BlueGreenPhase } from '../../domain/blue-green/record.ts';
import { isLeaving, isReady } from '../../domain/kubernetes/pod.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import { holding } from '../../domain/rollout/hold.ts';
import { type Colour, colouredName } from '../../domain/rollout/layout.ts';
import type { StepEvent } from '../../domain/rollout/step-event.ts';
import { Failure } from '../../failure.ts';
import { runs } from '../await-rollout.ts';
import { freshLock } from '../fresh-lock.ts';
import { performStep } from '../perform-step.ts';
import { unlessFailed } from '../unless-forbidden.ts';
import { wrote } from '../writing.ts';
import { alert } from './alert.ts';
import { awaitColour } from './await-colour.ts';
import { present, readyPods, removeColour, restColour, setColour } from './colours.ts';
import { crashWhileAsked } from './crash-while-asked.ts';
import { askHealth } from './health.ts';
import { heldFrom } from './hold-back.ts';
import { runHook } from './hook.ts';
import { foreignImage, lastLook, refuseForeign, stillServed } from './last-look.ts';
import { podsOf } from './pods.ts';
import { recordOf, type Session } from './session.ts';
import { liveNow, orderRoute } from './switch-route.ts';
import { watchNew } from './watch.ts';

const done: StepEvent = { on: 'done' };
const because = (cause: Cause): StepEvent => ({ on: 'failed', cause });

/** Carries one effect out and answers with its event. Never throws for what the world does. */
export async function perform(session: Session, effect: BlueGreenEffect, signal: AbortSignal): Promise<StepEvent> {
  return await performStep(session, session.plan.rolloutTimeout, signal, () => once(session, effect, signal));
}

async function once(session: Session, effect: BlueGreenEffect, signal: AbortSignal): Promise<StepEvent> {
  const { world, plan, from, to } = session;
  switch (effect.do) {
    case 'record':
      await record(session, effect.phase);
      return done;
    case 'claim':
      await freshLock(session);
      await orderRoute(session, 'as-found', signal);
      return done;
    case 'deploy':
      await freshLock(session);
      await withoutUsers(session, to, signal);
      await setColour(session, to, { image: session.image, replicas: session.replicas }, signal);
      return done;
    case 'await': {
      const event = await awaitColour(session, to, session.image, signal);
      // What somebody else gave it is not waited for, nor held against the image of this run.
      if (event.on === 'failed') refuseForeign(session, to, await present(session, to, signal));
      return event;
    }
    case 'check':
      return await check(session, signal);
    case 'hook':
      if (plan.operation === 'deploy') session.asked.push(await runHook(session, plan, signal));
      return done;
    case 'switch': {
      const seen = await lastLook(session, signal);
      if (seen.on !== 'done') return seen;
      await freshLock(session);
      if (await orderRoute(session, to, signal)) wrote(session, `${plan.switcher.kind.kind} ${plan.route}: users go to ${to}`);
      return done;
    }
    case 'watch': {
      const cause = plan.operation === 'deploy' ? await watchNew(session, plan, signal) : undefined;
      return cause === undefined ? done : because(cause);
    }
    case 'drain':
      await world.clock.sleep(plan.drain, signal);
      return done;
    case 'retire': {
      await freshLock(session);
      await withoutUsers(session, from, signal);
      const served = await stillServed(session, signal);
      if (served.on !== 'done') return served;
      if (plan.keepOld) await setColour(session, from, { replicas: 0 }, signal);
      else await removeColour(session, from, signal, (found) => foreignImage(session, from, found));
      return done;
    }
    case 'switch-back':
      return await switchBack(session, signal);
    case 'rest':
      await freshLock(session);
      await withoutUsers(session, to, signal);
      await restColour(session, signal);
      return done;
    case 'alert':
      await alert(session);
      return done;
  }
}

/** A successor goes by this alone. */
async function record(session: Session, phase: BlueGreenPhase): Promise<void> {
  const { lock } = session;
  if (phase === 'returning') session.hold ??= await heldFrom(session);
  const { hold } = session;
  const held = hold === undefined ? {} : holding(session.holds, hold);
  await lock.record({ blueGreen: recordOf(session, phase), ...held });
  if (hold !== undefined && held.holds !== undefined && !session.held.includes(hold.digest)) session.held.push(hold.digest);
}

/** Image, size and pods are never taken from a colour that has users, whoever sent them there. */
async function withoutUsers(session: Session, colour: Colour, signal: AbortSignal): Promise<void> {
  const { live } = await liveNow(session, signal);
  if (live.is === 'one' && live.colour !== colour) return;
  throw new Failure(
    'DRIFT',
    `Deployment ${colouredName(session.pair.service, colour)} was not touched: ${live.is === 'one' ? 'it has the users' : live.reason}.`,
    'See who changed the route. Only one writer can move traffic.',
  );
}

async function check(session: Session, signal: AbortSignal): Promise<StepEvent> {
  const { world, plan, namespace, port, to, image } = session;
  if (plan.operation !== 'deploy' || port === undefined) return done;
  const pods = (await podsOf(session, to, signal)).filter((pod) => isReady(pod) && runs(pod, image)).map(({ metadata }) => metadata.name);
  if (pods.length === 0) throw new Failure('ROLLOUT_FAILED', 'No new pod was ready for the health checks.', 'Read the events of its pods.');
  try {
    const left = async () => (await podsOf(session, to, signal)).filter((pod) => !isLeaving(pod)).map(({ metadata }) => metadata.name);
    const said = await askHealth(world, { namespace, pods, port, health: plan.health, signal, left });
    world.log.line(`  ${said}`);
    session.asked.push(said);
    return done;
  } catch (error) {
    const crash = error instanceof Failure && error.code === 'NO_DATA' ? await crashWhileAsked(session, signal) : undefined;
    if (crash === undefined) throw error;
    return because(crash);
  }
}

/** The first write of every way back. A colour without a ready pod is given its pods first: its users would get nothing. */
async function switchBack(session: Session, signal: AbortSignal): Promise<StepEvent> {
  const { from, plan } = session;
  const { live } = await liveNow(session, signal);
  const isBack = live.is === 'one' && live.colour === from;
  const old = await present(session, from, signal);
  if (session.previousImage !== undefined) session.previousImage = imageIn(session, old);
  if (!isBack && readyPods(old) === 0) {
    const size = Math.max(1, session.needed, deploymentSpec(old).replicas ?? 1);
    await setColour(session, from, { replicas: size }, signal);
    const event = await awaitColour(session, from, imageIn(session, old), signal);
    if (event.on !== 'done') return event;
  }
  if (await orderRoute(session, from, signal))
    wrote(session, `${plan.switcher.kind.kind} ${plan.route}: users ${isBack ? 'stay on' : 'go back to'} ${from}`);
  // An autoscaler has taken pods away from it while it had no requests. Users are not kept waiting for them.
  if (!isBack && (deploymentSpec(old).replicas ?? 1) < session.needed)
    await unlessFailed(setColour(session, from, { replicas: session.needed }, signal), undefined);
  return done;
}

const imageIn = ({ container }: Session, deployment: Parameters<typeof readyPods>[0]): string => imageOf(deployment, container) ?? '';
