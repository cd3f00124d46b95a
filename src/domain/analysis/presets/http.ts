import type { LabelledSource } from '../metric-source.ts';

/** Requests by HTTP status code. What the client got wrong (4xx) is no error of the service. */
export const http: LabelledSource = {
  kind: 'labelled',
  counter: 'http_requests_total',
  statusLabel: 'status',
  errors: '5..',
  successes: '[1-4]..',
  buckets: 'http_request_duration_seconds_bucket',
  unit: 's',
  podLabel: 'pod',
};
