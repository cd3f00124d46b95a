import { describe, expect, it } from '@jest/globals';
import { selects, serviceSelects } from '../../../src/domain/kubernetes/labels.ts';
import { deploymentSpec, podLabels } from '../../../src/domain/kubernetes/workload.ts';
import { cloneOf, isOurs } from '../../../src/domain/rollout/canary-deployment.ts';
import { stable } from './deployments.ts';

const wanted = { service: 'agent', canaryName: 'agent-canary', container: 'agent', image: 'shop/agent@sha256:2', replicas: 2 };
const canaryLabels = { app: 'agent-canary' };

describe('the canary made from stable', () => {
  const clone = cloneOf(stable(), canaryLabels, wanted);

  it('is stable with another image, size and labels, and nothing else', () => {
    expect(clone).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'agent-canary', namespace: 'shop', labels: { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' } },
      spec: {
        revisionHistoryLimit: 4,
        minReadySeconds: 3,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        replicas: 2,
        selector: { matchLabels: { app: 'agent-canary', 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' } },
        template: {
          metadata: {
            labels: { app: 'agent-canary', tier: 'web', 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' },
            annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z', 'prometheus.io/scrape': 'true' },
          },
          spec: {
            serviceAccountName: 'agent',
            initContainers: [{ name: 'migrate', image: 'shop/migrate:1' }],
            containers: [
              {
                name: 'agent',
                image: 'shop/agent@sha256:2',
                env: [{ name: 'MODE', value: 'fast' }],
                resources: { limits: { memory: '1Gi' } },
              },
              { name: 'proxy', image: 'shop/proxy:3' },
            ],
          },
        },
      },
    });
  });

  it('is selected by its own Service and by its own selector, and not by stable’s', () => {
    expect(serviceSelects({ app: 'agent-canary' }, podLabels(clone))).toBe(true);
    expect(selects(deploymentSpec(clone).selector ?? {}, podLabels(clone))).toBe(true);
    expect(selects(deploymentSpec(clone).selector ?? {}, podLabels(stable()))).toBe(false);
    expect(selects(deploymentSpec(stable()).selector ?? {}, podLabels(clone))).toBe(false);
  });

  it('does not put into its selector what only the Service asks for', () => {
    const made = cloneOf(stable(), { app: 'agent-canary', color: 'green' }, wanted);
    expect(podLabels(made)['color']).toBe('green');
    expect(deploymentSpec(made).selector?.matchLabels).not.toHaveProperty('color');
  });

  it('keeps the expressions of stable’s selector', () => {
    const matchExpressions = [{ key: 'tier', operator: 'Exists' }];
    const made = cloneOf(stable({ selector: { matchLabels: { app: 'agent' }, matchExpressions } }), canaryLabels, wanted);
    expect(deploymentSpec(made).selector?.matchExpressions).toEqual(matchExpressions);
  });

  it('does not change stable', () => {
    const before = stable();
    cloneOf(before, canaryLabels, wanted);
    expect(before).toEqual(stable());
  });

  it('knows its own again', () => {
    expect(isOurs(clone, 'agent')).toBe(true);
    expect(isOurs(clone, 'persona')).toBe(false);
    expect(isOurs(stable(), 'agent')).toBe(false);
    expect(isOurs({ ...clone, metadata: { name: 'x', labels: { 'wf-deploy.io/service': 'agent' } } }, 'agent')).toBe(false);
  });
});
