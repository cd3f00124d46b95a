/**
 * An unbroken run of good reads of a Lease that all saw the same sign of life. Seconds of our own monotonic clock: the stamps in a Lease
 * are another machine's time and decide nothing.
 */
export interface Silence {
  readonly sign: string;
  /** Of the first of these reads. */
  readonly since: number;
  /** Of the last one. */
  readonly seen: number;
}

/**
 * One good read more. A pause between two reads that is long enough to have missed an outage breaks the run: this process was stopped, or
 * its machine. Without a run before, this read begins one: whoever sees a read fail forgets what was before, because an outage of the API
 * server keeps the holder from renewing as well.
 */
export function listen(before: Silence | undefined, sign: string, duration: number, at: number): Silence {
  const unbroken = before?.sign === sign && at - before.seen <= duration / 2;
  return unbroken ? { ...before, seen: at } : { sign, since: at, seen: at };
}

/** The Lease stood unchanged for its whole duration: its holder is dead. */
export const isOver = ({ since, seen }: Silence, duration: number): boolean => seen - since >= duration;

/** Seconds between two looks: often enough that a slow answer does not break the run. */
export const lookEvery = (duration: number): number => Math.min(2, duration / 6);
