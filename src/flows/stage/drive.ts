import {
  type RollingEffect,
  type RollingEnding,
  type RollingEvent,
  type RollingMove,
  type RollingPlan,
  step,
} from '../../domain/rolling/rolling.ts';
import type { Request } from '../../domain/rollout/request.ts';
import { type Cancel, listenForCancel } from '../cancel.ts';
import { whyLost } from '../held-lock.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

/**
 * Carries moves out until the rolling update has ended. A cancel interrupts what waits or moves forward, once; the writes that lead back
 * are never interrupted.
 */
export async function drive(session: Session, plan: RollingPlan, first: RollingMove): Promise<RollingEnding> {
  const cancel = listenForCancel(session.world);
  const stopHearing = hearRequests(session, cancel);
  let { state, effects } = first;
  try {
    for (;;) {
      session.ending = state.phase === 'ended' ? state.ending : undefined;
      const event = await carryOut(session, effects, cancel);
      if (state.phase === 'ended') return state.ending;
      const move = step(plan, state, event);
      if (move.state.phase === 'returning' && state.phase !== 'returning')
        session.world.log.line(`${move.state.cause.text}\n→ ${move.state.cause.remedy}\ngoing back`);
      ({ state, effects } = move);
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
    lock.answer({
      id,
      is: abort ? 'accepted' : 'refused',
      text: abort ? 'The rolling update goes back.' : 'A rolling update can only be aborted.',
    });
    if (abort) cancel.request(`${who} asked for it${why === '' ? '' : `: ${why}`}`);
  };
  const stop = lock.onRequest(hear);
  const pending = lock.requested();
  if (pending !== undefined) hear(pending);
  return stop;
}

/** The event of the last effect, or of the first that did not simply get done. */
async function carryOut(session: Session, effects: readonly RollingEffect[], cancel: Cancel): Promise<RollingEvent> {
  for (const effect of effects) {
    const event = await carryOutOne(session, effect, cancel);
    if (event.on === 'failed' && effect.do === 'record' && effect.phase === 'returning') {
      // The way back is never blocked by what is only said about it: the journal is there, and the Lease still says that something is open.
      session.world.log.line(`  ${event.cause.text}`);
    } else if (event.on !== 'done') return event;
  }
  return { on: 'done' };
}

async function carryOutOne(session: Session, effect: RollingEffect, cancel: Cancel): Promise<RollingEvent> {
  const { lock } = session;
  const interruptible = !cancel.delivered && ['write', 'await', 'smoke'].includes(effect.do);
  const cancelled = (): RollingEvent => {
    cancel.delivered = true;
    return { on: 'cancelled', by: cancel.by ?? '' };
  };
  if (interruptible && cancel.signal.aborted) return cancelled();
  const signal = interruptible ? AbortSignal.any([lock.lost, cancel.signal]) : lock.lost;
  try {
    return await perform(session, effect, signal);
  } catch (error) {
    if (lock.lost.aborted) return { on: 'lock-lost', text: whyLost(lock) };
    if (interruptible && cancel.signal.aborted) return cancelled();
    throw error;
  }
}
