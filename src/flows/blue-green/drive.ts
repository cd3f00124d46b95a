import {
  type BlueGreenEffect,
  type BlueGreenEnding,
  type BlueGreenEvent,
  type BlueGreenMove,
  type BlueGreenPlan,
  step,
} from '../../domain/blue-green/blue-green.ts';
import type { Request } from '../../domain/rollout/request.ts';
import { type Cancel, listenForCancel } from '../cancel.ts';
import { whyLost } from '../held-lock.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

/** Carries moves out until the run has ended. A cancel interrupts what waits or moves forward, once; what leads back is never interrupted. */
export async function drive(session: Session, plan: BlueGreenPlan, first: BlueGreenMove): Promise<BlueGreenEnding> {
  const cancel = listenForCancel(session.world);
  const stopHearing = hearRequests(session, cancel);
  let { state, effects } = first;
  // What leads back from the beginning is not to be cancelled.
  if ('cause' in state) cancel.delivered = true;
  try {
    for (;;) {
      if ('cause' in state) {
        if (session.cause === undefined) session.world.log.line(`${state.cause.text}\n→ ${state.cause.remedy}\ngoing back`);
        session.cause = state.cause;
      }
      session.ending = state.phase === 'ended' ? state.ending : undefined;
      const event = await carryOut(session, effects, cancel);
      if (state.phase === 'ended') return state.ending;
      ({ state, effects } = step(plan, state, event));
    }
  } finally {
    cancel.stop();
    stopHearing();
  }
}

/** A person may ask for an end through the Lease, as of a canary. Answers with what stops the hearing. */
function hearRequests({ lock }: Session, cancel: Cancel): () => void {
  const hear = ({ id, what, who, why }: Request): void => {
    const abort = what === 'abort';
    lock.answer({ id, is: abort ? 'accepted' : 'refused', text: abort ? 'The users go back, or stay.' : 'A switch can only be aborted.' });
    if (abort) cancel.request(`${who} asked for it${why === '' ? '' : `: ${why}`}`);
  };
  const stop = lock.onRequest(hear);
  const pending = lock.requested();
  if (pending !== undefined) hear(pending);
  return stop;
}

/** The event of the last effect, or of the first that did not simply get done. */
async function carryOut(session: Session, effects: readonly BlueGreenEffect[], cancel: Cancel): Promise<BlueGreenEvent> {
  for (const effect of effects) {
    const event = await carryOutOne(session, effect, cancel);
    if (event.on === 'failed' && effect.do === 'record' && effect.phase === 'returning') {
      // The way back is never blocked by what is only said about it: the Lease still says that something is open.
      session.world.log.line(`  ${event.cause.text}`);
    } else if (event.on !== 'done') return event;
  }
  return { on: 'done' };
}

const interruptible: readonly BlueGreenEffect['do'][] = ['claim', 'deploy', 'await', 'check', 'hook', 'switch', 'watch'];

async function carryOutOne(session: Session, effect: BlueGreenEffect, cancel: Cancel): Promise<BlueGreenEvent> {
  const { lock } = session;
  const mayEnd = !cancel.delivered && interruptible.includes(effect.do);
  const cancelled = (): BlueGreenEvent => {
    cancel.delivered = true;
    return { on: 'cancelled', by: cancel.by ?? '' };
  };
  if (mayEnd && cancel.signal.aborted) return cancelled();
  const signal = mayEnd ? AbortSignal.any([lock.lost, cancel.signal]) : lock.lost;
  try {
    return await perform(session, effect, signal);
  } catch (error) {
    if (lock.lost.aborted) return { on: 'lock-lost', text: whyLost(lock) };
    if (mayEnd && cancel.signal.aborted) return cancelled();
    throw error;
  }
}
