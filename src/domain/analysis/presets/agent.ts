import type { LabelledSource } from '../metric-source.ts';

/** Requests by outcome: `success` or `error`. */
export const agent: LabelledSource = {
  kind: 'labelled',
  counter: 'agent_requests_total',
  statusLabel: 'status',
  errors: 'error',
  successes: 'success',
  buckets: 'agent_request_duration_seconds_bucket',
  unit: 's',
  podLabel: 'pod',
};
