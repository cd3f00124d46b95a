import type { Clock } from '../../ports/clock.ts';

// Longer timers fire at once in Node.
const longestTimer = 2 ** 31 - 1;

export function systemClock(): Clock {
  return {
    monotonic: () => performance.now() / 1000,
    now: () => new Date(),
    sleep: (seconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(Math.max(seconds, 0) * 1000, longestTimer));
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };
}
