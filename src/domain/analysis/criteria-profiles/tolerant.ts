import type { CriteriaProfile } from '../criteria-profile.ts';

/** For services whose callers try again. */
export const tolerant: CriteriaProfile = {
  criteria: [
    { kind: 'error-rate', max: 0.05, as: 'success-rate' },
    { kind: 'latency', quantile: 0.99, maxSeconds: 2 },
  ],
  failureThreshold: 5,
};
