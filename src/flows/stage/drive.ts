import {
  type RollingEffect,
  type RollingEnding,
  type RollingEvent,
  type RollingMove,
  type RollingPlan,
  step,
} from '../../domain/rolling/rolling.ts';
import type { Request } from '../../domain/rollout/request.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

/**
 * Carries moves out until the rolling update has ended. A cancel interrupts what waits or moves forward, once; the writes that lead back
 * are never interrupted.
 */
export async function drive(session: Session, plan: RollingPlan, first: RollingMove): Promise<RollingEnding> {
  const cancel = listen(session);
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
  }
}

interface Cancel {
  readonly signal: AbortSignal;
  by: string | undefined;
  delivered: boolean;
  stop(): void;
}

function listen({ world, lock }: Session): Cancel {
  const controller = new AbortController();
  const turn = (by: string): void => {
    if (cancel.by !== undefined) return;
    cancel.by = by;
    world.log.line(`Cancelled (${by}): going back.`);
    controller.abort();
  };
  /** Somebody asks for something in the Lease, as of a canary. */
  const hear = ({ id, what, who, why }: Request): void => {
    const abort = what === 'abort';
    lock.answer({
      id,
      is: abort ? 'accepted' : 'refused',
      text: abort ? 'The rolling update goes back.' : 'A rolling update can only be aborted.',
    });
    if (abort) turn(`${who} asked for it${why === '' ? '' : `: ${why}`}`);
  };
  const stops: (() => void)[] = [];
  const stop = (): void => {
    for (const each of stops) each();
  };
  const cancel: Cancel = { signal: controller.signal, by: undefined, delivered: false, stop };
  stops.push(world.cancellation.onRequest(turn), lock.onRequest(hear));
  const pending = lock.requested();
  if (pending !== undefined) hear(pending);
  return cancel;
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
    if (lock.lost.aborted) return { on: 'lock-lost', text: String((lock.lost.reason as { what?: string }).what ?? lock.lost.reason) };
    if (interruptible && cancel.signal.aborted) return cancelled();
    throw error;
  }
}
