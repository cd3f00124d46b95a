import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/adapters/clock/system.ts';

describe('systemClock', () => {
  const clock = systemClock();

  it('does not go back', () => {
    const readings = Array.from({ length: 1000 }, () => clock.monotonic());
    expect(readings.toSorted((a, b) => a - b)).toEqual(readings);
  });

  it('sleeps as long as it is told, by its own reckoning', async () => {
    const before = clock.monotonic();
    await clock.sleep(0.05);
    // Timers count whole milliseconds.
    expect(clock.monotonic() - before).toBeGreaterThan(0.048);
  });

  it('wakes when the signal aborts, and does not sleep once it has', async () => {
    const abort = new AbortController();
    const asleep = clock.sleep(1_000_000, abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(asleep).resolves.toBeUndefined();
    await expect(clock.sleep(1_000_000, abort.signal)).resolves.toBeUndefined();
  });

  it('does not wake at once from a sleep that is longer than a timer can be', async () => {
    const abort = new AbortController();
    let awake = false;
    const asleep = clock.sleep(10_000_000, abort.signal).then(() => {
      awake = true;
    });
    await clock.sleep(0.02);
    expect(awake).toBe(false);
    abort.abort();
    await asleep;
  });

  it('leaves no listener on a signal that lives longer', async () => {
    const signal = new AbortController().signal;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    await clock.sleep(0, signal);
    expect(listeners).toBe(0);
  });
});
