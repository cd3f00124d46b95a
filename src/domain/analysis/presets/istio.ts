import type { LabelledSource } from '../metric-source.ts';
import { quoted } from '../promql.ts';

/**
 * Istio's standard metrics, as the sidecars of the service report them. An arm is its workload, that is its Deployment, and not the
 * ReplicaSet of an image: that fits, because the canary has a Deployment of its own.
 */
export const istio: LabelledSource = {
  kind: 'labelled',
  counter: 'istio_requests_total',
  statusLabel: 'response_code',
  errors: '5..',
  // 0: the caller went away before there was an answer.
  successes: '[1-4]..|0',
  buckets: 'istio_request_duration_milliseconds_bucket',
  unit: 'ms',
  podLabel: 'pod',
  armSelector: (arm, { namespace, deployments }) =>
    `reporter="destination",destination_workload_namespace=${quoted(namespace)},destination_workload=${quoted(deployments[arm])}`,
};
