import type { CriteriaProfile } from '../criteria-profile.ts';

/** For most services. */
export const standard: CriteriaProfile = {
  criteria: [
    { kind: 'error-rate', max: 0.01 },
    { kind: 'latency', quantile: 0.99, maxSeconds: 2 },
  ],
  failureThreshold: 2,
};
