import type { Clock } from '../../src/ports/clock.ts';

/** Of a Lease that is made as the clock begins: seconds since 1970. */
export const firstEpoch = 1_760_001_000;

/** Time that passes only when everything waits for it. */
export class VirtualClock implements Clock {
  private time = 1000;
  private readonly timers = new Set<{ readonly at: number; readonly ring: () => void }>();
  /** Seconds by which the wall clock is wrong. */
  wallError = 0;

  monotonic(): number {
    return this.time;
  }

  now(): Date {
    return new Date((1_760_000_000 + this.time + this.wallError) * 1000);
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const ring = (): void => {
        this.timers.delete(timer);
        signal?.removeEventListener('abort', ring);
        resolve();
      };
      const timer = { at: this.time + Math.max(0, seconds), ring };
      this.timers.add(timer);
      signal?.addEventListener('abort', ring, { once: true });
    });
  }

  /** What a work comes to, with time going on from one thing that waits to the next. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => {
      over = true;
    };
    work.then(end, end);
    for (let turns = 0; ; turns += 1) {
      await settled();
      if (over) return await work;
      const next = [...this.timers].toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined) throw new Error('Nothing goes on, and nothing waits for the time.');
      if (turns > 20_000) throw new Error('It never ends.');
      this.time = Math.max(this.time, next.at);
      next.ring();
    }
  }

  /** Lets so many seconds pass. */
  async pass(seconds: number): Promise<void> {
    await this.until(this.sleep(seconds));
  }
}

/** Everything that can go on without time has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
