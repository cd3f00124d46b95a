import type { LeaseView } from '../domain/rollout/lease.ts';
import { isOver, listen, type Silence } from '../domain/rollout/silence.ts';
import type { Clock } from '../ports/clock.ts';

/** Whoever waits for the holder of a Lease to give a sign of life, and calls it dead when none came. */
export interface Vigil {
  /** A read that succeeded. Whether the Lease stood unchanged for its whole duration, over an unbroken run of such reads. */
  saw(lease: LeaseView | undefined): boolean;
  /** A read that failed: the holder may not have been able to renew either, so that the counting starts anew. */
  missed(): void;
}

export function vigil(clock: Pick<Clock, 'monotonic'>): Vigil {
  let silence: Silence | undefined;
  return {
    saw(lease) {
      silence =
        lease === undefined || lease.holder === '' ? undefined : listen(silence, lease.sign, lease.durationSeconds, clock.monotonic());
      return lease !== undefined && silence !== undefined && isOver(silence, lease.durationSeconds);
    },
    missed() {
      silence = undefined;
    },
  };
}
