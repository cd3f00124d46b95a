import type { Criterion } from './criteria.ts';

/** Criteria that belong together under a name. */
export interface CriteriaProfile {
  readonly criteria: readonly Criterion[];
  /** So many failing checks in a row take the canary back. */
  readonly failureThreshold: number;
}
