import type { KubernetesObject, OwnerReference } from '../../../src/domain/kubernetes/object.ts';

export const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } };

export const hpa = (
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  more: { readonly target?: string; readonly labels?: Readonly<Record<string, string>>; readonly owner?: OwnerReference } = {},
): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: {
    name,
    namespace: 'shop',
    resourceVersion: '7',
    ...(more.labels === undefined ? {} : { labels: more.labels }),
    ...(more.owner === undefined ? {} : { ownerReferences: [more.owner] }),
  },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: more.target ?? 'agent' },
    minReplicas: 3,
    maxReplicas: 20,
    metrics: [cpu],
    ...spec,
  },
});

export const scaledObject = (
  spec: Readonly<Record<string, unknown>> = {},
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'agent', namespace: 'shop', resourceVersion: '8', uid: 'so', annotations },
  spec: { scaleTargetRef: { name: 'agent' }, minReplicaCount: 2, maxReplicaCount: 50, triggers: [], ...spec },
});

export const byKeda: OwnerReference = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'agent', uid: 'so', controller: true };

export const kedaHpa = hpa('keda-hpa-agent', {}, { owner: byKeda });
