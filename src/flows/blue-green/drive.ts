import {
  type BlueGreenEffect,
  type BlueGreenEnding,
  type BlueGreenMove,
  type BlueGreenPlan,
  step,
} from '../../domain/blue-green/blue-green.ts';
import { listenForCancel } from '../cancel.ts';
import { type Carrying, carryOut, hearAborts } from '../carry-out.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

const interruptible: readonly BlueGreenEffect['do'][] = ['claim', 'deploy', 'await', 'check', 'hook', 'switch', 'watch'];

/**
 * Carries moves out until the run has ended. A cancel interrupts what waits or moves forward, once; what leads back is never interrupted,
 * and a rollback leads back from its first write on.
 */
export async function drive(session: Session, plan: BlueGreenPlan, first: BlueGreenMove): Promise<BlueGreenEnding> {
  const isBack = session.operation === 'rollback' || 'cause' in first.state;
  const cancel = listenForCancel(session.world, isBack ? 'what is begun is finished' : undefined);
  const stopHearing = hearAborts(
    session,
    cancel,
    isBack
      ? { refused: 'Users are on their way back, which is finished.' }
      : { accepted: 'The users go back, or stay.', refused: 'A switch can only be aborted.' },
  );
  const carrying: Carrying<BlueGreenEffect> = { interruptible, perform: (effect, signal) => perform(session, effect, signal) };
  let { state, effects } = first;
  cancel.delivered = isBack;
  try {
    for (;;) {
      if ('cause' in state) {
        if (session.cause === undefined) session.world.log.line(`${state.cause.text}\n→ ${state.cause.remedy}\ngoing back`);
        session.cause = state.cause;
      }
      session.ending = state.phase === 'ended' ? state.ending : undefined;
      const event = await carryOut(session, effects, cancel, carrying);
      if (state.phase === 'ended') return state.ending;
      ({ state, effects } = step(plan, state, event));
    }
  } finally {
    cancel.stop();
    stopHearing();
  }
}
