import type { LabelledSource } from '../metric-source.ts';
import { literally, quoted } from '../promql.ts';

/**
 * The metrics of the ingress-nginx controller. Requests of both arms have the name of stable's Ingress; `canary` is empty, or the
 * upstream that they went to instead: `<namespace>-<service>-<port>`. Each controller pod counts for both arms.
 */
export const nginxIngress: LabelledSource = {
  kind: 'labelled',
  counter: 'nginx_ingress_controller_requests',
  statusLabel: 'status',
  errors: '5..',
  successes: '[0-4]..',
  buckets: 'nginx_ingress_controller_request_duration_seconds_bucket',
  unit: 's',
  podLabel: 'controller_pod',
  countedBy: 'proxy',
  armSelector: (arm, { namespace, route, canaryService }) => {
    const upstream = arm === 'canary' ? `canary=~${quoted(`${literally(`${namespace}-${canaryService}`)}-.+`)}` : 'canary=""';
    return `namespace=${quoted(namespace)},ingress=${quoted(route)},${upstream}`;
  },
};
