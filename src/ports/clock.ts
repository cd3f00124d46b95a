export interface Clock {
  /** Seconds that only grow: for durations and deadlines. Not moved by a change of the wall clock. */
  monotonic(): number;
  /** The wall clock, for people and for records. */
  now(): Date;
  /** Resolves after so many seconds, or at once when the signal aborts. Never rejects. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}
