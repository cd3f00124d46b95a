import type { GuardianSign } from './sign.ts';

/** What a runner knows of its guardian's heartbeat, from the Lease as it came back at each renewal. Times are monotonic seconds. */
export interface Pulse {
  readonly beat: string;
  /** When this beat was first seen. */
  readonly since: number;
  /** When the Lease was last seen. */
  readonly seen: number;
}

/** Seconds between two heartbeats: two of three fit between two renewals of the Lease. */
export const beatPeriod = (leaseSeconds: number): number => leaseSeconds / 6;

/** One look at the Lease more. */
export function feel(before: Pulse | undefined, sign: GuardianSign | undefined, epoch: number, at: number): Pulse {
  const beat = (sign?.is === 'watching' || sign?.is === 'pausing') && sign.epoch === epoch ? `${sign.pod} ${sign.beat}` : '';
  return before === undefined || before.beat !== beat ? { beat, since: at, seen: at } : { ...before, seen: at };
}

/**
 * Three heartbeats are missing. `undefined`: not known, because the Lease could not be read. That says nothing about the guardian, which
 * could not write meanwhile, so the counting starts anew.
 */
export const isLost = (pulse: Pulse | undefined, leaseSeconds: number): boolean =>
  pulse !== undefined && pulse.seen - pulse.since > 3 * beatPeriod(leaseSeconds);
