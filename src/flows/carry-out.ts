import type { Request } from '../domain/rollout/request.ts';
import type { StepEvent } from '../domain/rollout/step-event.ts';
import type { Cancel } from './cancel.ts';
import { type Lock, whyLost } from './held-lock.ts';
import type { Locked } from './perform-step.ts';

interface Effect {
  readonly do: string;
  /** Of a record in the Lease. */
  readonly phase?: string;
}

/** How the effects of one machine are carried out. */
export interface Carrying<E extends Effect> {
  /** What waits or moves forward: a cancel interrupts it, once. What leads back is never interrupted. */
  readonly interruptible: readonly E['do'][];
  perform(effect: E, signal: AbortSignal): Promise<StepEvent>;
}

/** The event of the last effect, or of the first that did not simply get done. */
export async function carryOut<E extends Effect>(
  { world, lock }: Locked,
  effects: readonly E[],
  cancel: Cancel,
  carrying: Carrying<E>,
): Promise<StepEvent> {
  for (const effect of effects) {
    const event = await carryOutOne(lock, effect, cancel, carrying);
    if (event.on === 'failed' && effect.do === 'record' && effect.phase === 'returning') {
      // The way back is never blocked by what is only said about it: the Lease still says that something is open.
      world.log.line(`  ${event.cause.text}`);
    } else if (event.on !== 'done') return event;
  }
  return { on: 'done' };
}

async function carryOutOne<E extends Effect>(lock: Lock, effect: E, cancel: Cancel, carrying: Carrying<E>): Promise<StepEvent> {
  const mayEnd = !cancel.delivered && carrying.interruptible.includes(effect.do);
  const cancelled = (): StepEvent => {
    cancel.delivered = true;
    return { on: 'cancelled', by: cancel.by ?? '' };
  };
  if (mayEnd && cancel.signal.aborted) return cancelled();
  const signal = mayEnd ? AbortSignal.any([lock.lost, cancel.signal]) : lock.lost;
  try {
    return await carrying.perform(effect, signal);
  } catch (error) {
    if (lock.lost.aborted) return { on: 'lock-lost', text: whyLost(lock) };
    if (mayEnd && cancel.signal.aborted) return cancelled();
    throw error;
  }
}

/**
 * A person may ask for an end through the Lease, as of a canary, and for nothing else. Without words for `accepted` not even for that.
 * Answers with what stops the hearing.
 */
export function hearAborts({ lock }: Locked, cancel: Cancel, said: { readonly accepted?: string; readonly refused: string }): () => void {
  const hear = ({ id, what, who, why }: Request): void => {
    const is = what === 'abort' && said.accepted !== undefined ? 'accepted' : 'refused';
    lock.answer({ id, is, text: said[is] ?? '' });
    if (is === 'accepted') cancel.request(`${who} asked for it${why === '' ? '' : `: ${why}`}`);
  };
  const stop = lock.onRequest(hear);
  const pending = lock.requested();
  if (pending !== undefined) hear(pending);
  return stop;
}
