import type { CriteriaProfile } from '../criteria-profile.ts';

/** For services that a person waits for. */
export const interactive: CriteriaProfile = {
  criteria: [
    { kind: 'error-rate', max: 0.01, as: 'success-rate' },
    { kind: 'latency', quantile: 0.99, maxSeconds: 0.5 },
  ],
  failureThreshold: 5,
};
