import { hears } from '../../domain/rollout/asking.ts';
import { step } from '../../domain/rollout/canary.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Effect, RolloutEvent } from '../../domain/rollout/effect.ts';
import { figuresOf } from '../../domain/rollout/figures.ts';
import { recordSample, type StageHistory } from '../../domain/rollout/history.ts';
import type { RolloutPlan } from '../../domain/rollout/plan.ts';
import type { Request } from '../../domain/rollout/request.ts';
import type { Ending, Move, Rollout } from '../../domain/rollout/state.ts';
import { placeOf, statusLine } from '../../domain/rollout/status.ts';
import { type Cancel, listenForCancel } from '../cancel.ts';
import { whyLost } from '../held-lock.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

export interface Driven {
  readonly ending: Ending;
  readonly stages: readonly StageHistory[];
}

/**
 * Carries moves out until the rollout has ended: effects in order, their event into `step`, again. A cancel interrupts what is only
 * waiting or moving forward, once, and a request what is only waiting; the writes that lead back are never interrupted.
 */
export async function drive(session: Session, rollout: RolloutPlan, first: Move): Promise<Driven> {
  const cancel = listenForCancel(session.world);
  let { state, effects } = first;
  let stages: readonly StageHistory[] = [];
  try {
    for (;;) {
      session.ending = 'ending' in state ? state.ending : session.ending;
      session.cause = causeOf(state);
      const event = await carryOut(session, state, effects, cancel);
      if (event === undefined) break;
      if (event.on === 'sample') {
        session.figures = figuresOf(rollout, state, event.sample) ?? session.figures;
        stages = recordSample(stages, rollout, state, event.sample);
        const line = statusLine(rollout, state, event.sample);
        if (line !== undefined) session.world.log.line(line);
      }
      const move = step(rollout, state, event);
      tell(session, rollout, state, move.state);
      ({ state, effects } = move);
    }
  } finally {
    cancel.stop();
  }
  if (state.phase !== 'ended') throw new Error(`The rollout stopped in the phase ${state.phase}.`);
  return { ending: state.ending, stages };
}

/** The event of the last effect, or of the first that did not simply get done. `undefined` when there was nothing to do. */
async function carryOut(session: Session, state: Rollout, effects: readonly Effect[], cancel: Cancel): Promise<RolloutEvent | undefined> {
  let event: RolloutEvent | undefined;
  for (const effect of effects) {
    event = await carryOutOne(session, state, effect, cancel);
    if (event.on !== 'done') return event;
  }
  return event;
}

async function carryOutOne(session: Session, state: Rollout, effect: Effect, cancel: Cancel): Promise<RolloutEvent> {
  const { world, lock } = session;
  const interruptible = !cancel.delivered && mayBeInterrupted(effect);
  const cancelled = (): RolloutEvent => {
    cancel.delivered = true;
    return { on: 'cancelled', at: world.clock.monotonic(), by: cancel.by ?? '' };
  };
  if (interruptible && cancel.signal.aborted) return cancelled();
  const asking = listenToRequests(session, state, effect);
  const asked = (): RolloutEvent | undefined => {
    const request = asking.signal.aborted ? lock.requested() : undefined;
    return request === undefined ? undefined : { on: 'asked', at: world.clock.monotonic(), request };
  };
  const signal = AbortSignal.any([lock.lost, asking.signal, ...(interruptible ? [cancel.signal] : [])]);
  try {
    return asked() ?? (await perform(session, effect, signal));
  } catch (error) {
    if (lock.lost.aborted) return { on: 'lock-lost', at: world.clock.monotonic(), text: whyLost(lock) };
    if (interruptible && cancel.signal.aborted) return cancelled();
    const event = asked();
    if (event !== undefined) return event;
    throw error;
  } finally {
    asking.stop();
  }
}

/** Aborts when a request is there that this phase hears, and this effect may be cut short for. */
function listenToRequests({ lock, world }: Session, state: Rollout, effect: Effect): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const hear = ({ what, who, why }: Request): void => {
    if (!hears(state, what) || !mayBeAsked(effect, what)) return;
    world.log.line(`${who} asks for \`${what}\`${why === '' ? '' : ` (${why})`}.`);
    controller.abort();
  };
  const stop = lock.onRequest(hear);
  const pending = lock.requested();
  if (pending !== undefined) hear(pending);
  return { signal: controller.signal, stop };
}

/** A way back may cut short what a cancel may. Everything else can wait until something is only waited for. */
const mayBeAsked = (effect: Effect, what: Request['what']): boolean =>
  effect.do === 'observe' || effect.do === 'await-canary' || (what === 'abort' && mayBeInterrupted(effect));

const mayBeInterrupted = (effect: Effect): boolean => !(uninterrupted.includes(effect.do) || (effect.do === 'shift' && effect.urgent));

const uninterrupted: readonly Effect['do'][] = ['restore-stable', 'record', 'answer', 'remark', 'alert', 'tell-of-run-before'];

/** Says where the rollout has come to, and why it turns round. */
function tell({ world }: Session, plan: RolloutPlan, before: Rollout, after: Rollout): void {
  const cause = causeOf(after);
  if (cause !== undefined && causeOf(before) === undefined) world.log.line(`${cause.text}\n→ ${cause.remedy}`);
  const place = placeOf(plan, after);
  if (place !== undefined && place !== placeOf(plan, before)) world.log.line(place);
}

/** Why a rollout goes back, if it does. */
const causeOf = (state: Rollout): Cause | undefined =>
  'cause' in state ? state.cause : 'ending' in state && 'cause' in state.ending ? state.ending.cause : undefined;
