import type { LeaseView } from '../domain/rollout/lease.ts';
import type { GuardPlan, Observation, Pause } from './state.ts';

/** Its run has left a pause to the guardian, or is waiting for its word. A later holder that lives decides for itself. */
export const isHandedOver = ({ epoch }: Pick<GuardPlan, 'epoch'>, { rollout, holder, epoch: there }: LeaseView): boolean =>
  rollout?.phase === 'paused' && (holder === '' || there === epoch);

/**
 * Counted by the own monotonic clock. A guardian that was started again goes on from what the one before wrote with its last sign, and
 * adds the time since then by the wall clock: otherwise a pod that never lives for long would never come to the end of a deadline. Two
 * machines' clocks that differ may end it early, which is the safe side, or later by as much as they differ.
 */
export function pauseGoesOn(before: Pause | undefined, { lease, at, signAge }: Extract<Observation, { on: 'lease' }>): Pause {
  if (before !== undefined) return { passed: before.passed + (at - before.at), at };
  return { passed: lease.guardian?.is === 'pausing' ? lease.guardian.passed + Math.max(0, signAge) : 0, at };
}
