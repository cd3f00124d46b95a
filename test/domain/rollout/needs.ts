import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';

export const app = { service: 'agent', namespace: 'shop', route: 'agent-route', canaryService: 'agent-canary' };

/** Of a rollout that asks Prometheus in the cluster, and its canary by a port-forward. */
export const needs = {
  router: gatewayApi,
  app,
  deployment: 'agent',
  canaryName: 'agent-canary',
  portForward: true,
  metricsService: { namespace: 'monitoring', name: 'prometheus:9090' },
};
