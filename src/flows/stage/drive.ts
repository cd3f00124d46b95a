import { type RollingEffect, type RollingEnding, type RollingMove, type RollingPlan, step } from '../../domain/rolling/rolling.ts';
import { listenForCancel } from '../cancel.ts';
import { type Carrying, carryOut, hearAborts } from '../carry-out.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

const interruptible: readonly RollingEffect['do'][] = ['write', 'await', 'smoke'];

/**
 * Carries moves out until the rolling update has ended. A cancel interrupts what waits or moves forward, once; the writes that lead back
 * are never interrupted.
 */
export async function drive(session: Session, plan: RollingPlan, first: RollingMove): Promise<RollingEnding> {
  const cancel = listenForCancel(session.world);
  const stopHearing = hearAborts(session, cancel, {
    accepted: 'The rolling update goes back.',
    refused: 'A rolling update can only be aborted.',
  });
  const carrying: Carrying<RollingEffect> = { interruptible, perform: (effect, signal) => perform(session, effect, signal) };
  let { state, effects } = first;
  try {
    for (;;) {
      session.ending = state.phase === 'ended' ? state.ending : undefined;
      const event = await carryOut(session, effects, cancel, carrying);
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
