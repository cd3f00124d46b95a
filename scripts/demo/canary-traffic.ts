import type { LoadAnswer } from '../../test/lab/load.ts';

/** What clients saw of the canary's own pods. */
export interface CanaryTraffic {
  readonly served: number;
  /** Answers with an error, or slower than the limit. */
  readonly bad: number;
}

export interface CanaryCounter {
  readonly onAnswer: (answer: LoadAnswer) => void;
  /** The counts since the last time it was asked. */
  take(): CanaryTraffic;
}

/** Told apart by the pod: after a promotion stable runs the same version. */
export function countCanary(deployment: string, slowerThan = Number.POSITIVE_INFINITY): CanaryCounter {
  let served = 0;
  let bad = 0;
  return {
    onAnswer({ pod, status, milliseconds }) {
      if (!pod?.startsWith(`${deployment}-`)) return;
      served += 1;
      if (status >= 400 || milliseconds > slowerThan) bad += 1;
    },
    take() {
      const taken = { served, bad };
      served = 0;
      bad = 0;
      return taken;
    },
  };
}
