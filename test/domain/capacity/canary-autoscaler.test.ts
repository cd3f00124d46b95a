import { describe, expect, it } from '@jest/globals';
import { canaryAutoscaler, copiedMetrics, isCanaryAutoscaler } from '../../../src/domain/capacity/canary-autoscaler.ts';
import { cpu, hpa } from './autoscalers.ts';

const names = { service: 'agent', namespace: 'shop', canaryName: 'agent-canary', stable: ['agent', 'agent-stable'], containers: ['app'] };
const canary = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent-canary', uid: 'u-1' } };
const behavior = { scaleDown: { stabilizationWindowSeconds: 300 } };

describe("the canary's autoscaler", () => {
  it('is like that of stable, with the size that the share needs as its least', () => {
    const made = canaryAutoscaler(hpa('agent-hpa', { behavior }), names, 5, canary);
    expect(made).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: {
        name: 'wf-deploy-agent',
        namespace: 'shop',
        labels: { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent-canary', uid: 'u-1' }],
      },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent-canary' },
        minReplicas: 5,
        maxReplicas: 20,
        metrics: [cpu],
        behavior,
      },
    });
    expect(made !== undefined && isCanaryAutoscaler(made, 'agent')).toBe(true);
    expect(isCanaryAutoscaler(hpa('wf-deploy-agent'), 'agent')).toBe(false);
  });

  it('has a most that is never less than its least', () => {
    expect(canaryAutoscaler(hpa('agent', { maxReplicas: 3 }), names, 5, canary)?.['spec']).toMatchObject({
      minReplicas: 5,
      maxReplicas: 5,
    });
  });

  it('is not made without a metric: the API server would fill in one of its own', () => {
    const object = { type: 'Object', object: { describedObject: { kind: 'Deployment', name: 'agent' }, metric: { name: 'queue' } } };
    expect(canaryAutoscaler(hpa('agent', { metrics: [object] }), names, 5, canary)).toBeUndefined();
    expect(canaryAutoscaler(hpa('agent', { metrics: undefined }), names, 5, canary)).toBeUndefined();
  });

  const metric = (type: string, details: object) => ({ type, [type.charAt(0).toLowerCase() + type.slice(1)]: details });
  const target = { type: 'AverageValue', averageValue: '100' };
  it.each([
    ['cpu of its pods', cpu, undefined],
    ['a metric of its pods', metric('Pods', { metric: { name: 'http_requests_per_second' }, target }), undefined],
    ['memory of a container that it has', metric('ContainerResource', { name: 'memory', container: 'app', target }), undefined],
    [
      'memory of a container that it has not',
      metric('ContainerResource', { name: 'memory', container: 'proxy', target }),
      'ContainerResource metric `memory` of container `proxy`, the canary has no such container',
    ],
    [
      'a metric of the Service of stable',
      metric('Object', { describedObject: { kind: 'Service', name: 'agent-stable' }, metric: { name: 'rps' }, target }),
      'Object metric `rps`, which is measured on Service agent-stable of stable',
    ],
    [
      'a metric of what both sides stand behind',
      metric('Object', { describedObject: { kind: 'Ingress', name: 'edge' }, metric: { name: 'rps' }, target }),
      'Object metric `rps`, which is measured on Ingress edge, before stable and the canary part',
    ],
    [
      'a metric of an object that carries no traffic',
      metric('Object', { describedObject: { kind: 'Queue', name: 'work' }, metric: { name: 'depth' }, target }),
      undefined,
    ],
    [
      'a metric outside that is chosen among others by the name of stable',
      metric('External', {
        metric: { name: 'rps', selector: { matchExpressions: [{ key: 'deployment', operator: 'In', values: ['agent', 'shop'] }] } },
        target,
      }),
      'External metric `rps`, whose selector names stable (deployment in (agent,shop))',
    ],
    [
      'a metric outside that is of everyone but stable',
      metric('External', {
        metric: { name: 'rps', selector: { matchExpressions: [{ key: 'deployment', operator: 'NotIn', values: ['agent'] }] } },
        target,
      }),
      undefined,
    ],
    ['a queue', metric('External', { metric: { name: 'depth', selector: { matchLabels: { queue: 'work' } } }, target }), undefined],
    [
      'a metric outside that is chosen by the name of stable',
      metric('External', { metric: { name: 'rps', selector: { matchLabels: { deployment: 'agent' } } }, target }),
      'External metric `rps`, whose selector names stable (deployment=agent)',
    ],
    [
      'a kind of metric of the future',
      metric('Dreams', { name: 'depth' }),
      'Dreams metric `depth`, a kind of metric that is not known here',
    ],
  ])('%s', (_, given, leftOut) => {
    expect(copiedMetrics(hpa('agent', { metrics: [given] }), names)).toEqual(
      leftOut === undefined ? { metrics: [given], leftOut: [] } : { metrics: [], leftOut: [leftOut] },
    );
  });
});
