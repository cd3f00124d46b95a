import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { deploymentSpec } from '../../../../src/domain/kubernetes/workload.ts';
import { cloneOf } from '../../../../src/domain/rollout/canary-deployment.ts';
import { gated } from '../../../../src/domain/traffic/replicas/gate.ts';
import type { Application } from '../../../../src/domain/traffic/router.ts';
import { service, stable } from '../../rollout/deployments.ts';

export const app: Application = {
  service: 'agent',
  namespace: 'shop',
  route: 'agent-canary',
  canaryService: 'agent-canary',
  oneService: true,
};

/** Stable with a label that its Service does not select by. */
export const apart = stable({
  selector: { matchLabels: { app: 'agent', version: 'stable' } },
  labels: { app: 'agent', version: 'stable', tier: 'web' },
});
export const front = service('agent', { app: 'agent' });

export const canary = (replicas: number, split: string | undefined, more: Partial<KubernetesObject> = {}): KubernetesObject => {
  const clone = { service: 'agent', canaryName: 'agent-canary', container: 'agent', image: 'shop/agent:2', replicas };
  const made = gated(cloneOf(apart, { version: 'agent-canary' }, clone), 5);
  const { 'wf-deploy.io/split': _, ...annotations } = made.metadata.annotations ?? {};
  const stored = {
    ...made.metadata,
    annotations: { ...annotations, ...(split === undefined ? {} : { 'wf-deploy.io/split': split }) },
    resourceVersion: '7',
    generation: 3,
  };
  return { ...made, ...more, metadata: { ...stored, ...more.metadata } as KubernetesObject['metadata'] };
};

const spec = (replicas: number, split: string | undefined, more: object): KubernetesObject => {
  const made = canary(replicas, split);
  return { ...made, spec: { ...deploymentSpec(made), ...more } };
};

const pod = (replicas: number, split: string, more: object): KubernetesObject => {
  const { template } = deploymentSpec(canary(replicas, split));
  return spec(replicas, split, { template: { ...template, spec: { ...template?.spec, ...more } } });
};

const annotated = (replicas: number, split: string | undefined, annotations: Readonly<Record<string, string>>): KubernetesObject => {
  const made = canary(replicas, split);
  return { ...made, metadata: { ...made.metadata, annotations: { ...made.metadata.annotations, ...annotations } } };
};

/** By what is in them: the canary, its share as it stands, and its pods and annotation after an order of 25 %. */
export const canaries: Readonly<Record<string, readonly [KubernetesObject, number, string]>> = {
  'as it is made': [canary(1, '0/5'), 0, '2 2/5'],
  'at rest': [canary(0, '0/5'), 0, '2 2/5'],
  'one of six': [canary(1, '1/5'), 100 / 6, '2 2/5'],
  'two of seven': [canary(2, '2/5'), 200 / 7, '2 2/5'],
  half: [canary(5, '5/5'), 50, '2 2/5'],
  'more pods than are open': [canary(4, '1/5'), 100 / 6, '2 2/5'],
  'fewer pods than are open': [canary(1, '3/5'), 100 / 6, '2 2/5'],
  'scaled to nothing by hand': [canary(0, '3/5'), 0, '2 2/5'],
  'beside one pod': [canary(1, '1/1'), 50, '1 1/1'],
  'beside two pods': [canary(1, '1/2'), 100 / 3, '1 1/2'],
  'beside three pods': [canary(1, '1/3'), 25, '1 1/3'],
  'beside four pods': [canary(1, '1/4'), 20, '1 1/4'],
  'beside ten pods': [canary(1, '1/10'), 100 / 11, '3 3/10'],
  'beside thirty pods': [canary(2, '2/30'), 6.25, '10 10/30'],
  'beside two hundred pods': [canary(11, '11/200'), 1100 / 211, '67 67/200'],
  'beside a thousand pods': [canary(53, '53/1000'), 5300 / 1053, '333 333/1000'],
  'with an epoch': [annotated(1, '1/5', { 'wf-deploy.io/epoch': '9' }), 100 / 6, '2 2/5'],
  'with the revision of its controller': [annotated(1, '1/5', { 'deployment.kubernetes.io/revision': '12' }), 100 / 6, '2 2/5'],
  'with annotations of others': [
    annotated(0, '0/5', { 'example.com/owner': 'core', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }),
    0,
    '2 2/5',
  ],
  'with labels of others': [
    canary(1, '1/5', {
      metadata: { name: 'agent-canary', namespace: 'shop', labels: { team: 'core' }, annotations: { 'wf-deploy.io/split': '1/5' } },
    }),
    100 / 6,
    '2 2/5',
  ],
  'with finalizers': [
    canary(0, '0/5', {
      metadata: {
        name: 'agent-canary',
        namespace: 'shop',
        annotations: { 'wf-deploy.io/split': '0/5' },
        finalizers: ['example.com/keep'],
      } as never,
    }),
    0,
    '2 2/5',
  ],
  'with managed fields': [
    canary(1, '1/5', {
      metadata: {
        name: 'agent-canary',
        namespace: 'shop',
        annotations: { 'wf-deploy.io/split': '1/5' },
        managedFields: [{ manager: 'wf-deploy', operation: 'Apply' }],
      } as never,
    }),
    100 / 6,
    '2 2/5',
  ],
  'with a status': [{ ...canary(1, '1/5'), status: { replicas: 1, readyReplicas: 1, observedGeneration: 3 } }, 100 / 6, '2 2/5'],
  'of a status that lags behind': [
    { ...canary(3, '1/5'), status: { replicas: 1, readyReplicas: 0, observedGeneration: 2 } },
    100 / 6,
    '2 2/5',
  ],
  'with unknown fields': [{ ...spec(1, '1/5', { future: { nested: [1, null, 'x'] } }), extra: true }, 100 / 6, '2 2/5'],
  paused: [spec(1, '1/5', { paused: true }), 100 / 6, '2 2/5'],
  'that recreates its pods': [spec(1, '1/5', { strategy: { type: 'Recreate' } }), 100 / 6, '2 2/5'],
  'that rolls by percentages': [
    spec(1, '1/5', { strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } }),
    100 / 6,
    '2 2/5',
  ],
  'with minReadySeconds': [spec(2, '2/5', { minReadySeconds: 30 }), 200 / 7, '2 2/5'],
  'with a short progress deadline': [spec(2, '2/5', { progressDeadlineSeconds: 10 }), 200 / 7, '2 2/5'],
  'that keeps no history': [spec(2, '2/5', { revisionHistoryLimit: 0 }), 200 / 7, '2 2/5'],
  'that selects by expressions': [
    spec(1, '1/5', { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['agent'] }] } }),
    100 / 6,
    '2 2/5',
  ],
  'without replicas, which is one': [spec(1, '1/5', { replicas: undefined }), 100 / 6, '2 2/5'],
  'with another gate beside ours': [
    pod(1, '1/5', { readinessGates: [{ conditionType: 'example.com/lb' }, { conditionType: 'wf-deploy.io/open' }] }),
    100 / 6,
    '2 2/5',
  ],
  'with sidecars': [pod(1, '1/5', { initContainers: [{ name: 'mesh', image: 'mesh:1', restartPolicy: 'Always' }] }), 100 / 6, '2 2/5'],
  'with volumes and affinity': [
    pod(1, '1/5', { volumes: [{ name: 'v', emptyDir: {} }], affinity: { podAntiAffinity: {} } }),
    100 / 6,
    '2 2/5',
  ],
  'with topology spread': [
    pod(1, '1/5', { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] }),
    100 / 6,
    '2 2/5',
  ],
  'with a long grace period': [pod(1, '1/5', { terminationGracePeriodSeconds: 600 }), 100 / 6, '2 2/5'],
  'with host network': [pod(1, '1/5', { hostNetwork: true }), 100 / 6, '2 2/5'],
  'with a priority': [pod(3, '3/5', { priorityClassName: 'high' }), 37.5, '2 2/5'],
  'with a service account': [pod(3, '3/5', { serviceAccountName: 'agent', automountServiceAccountToken: false }), 37.5, '2 2/5'],
  'with an image by digest': [pod(3, '3/5', { containers: [{ name: 'agent', image: `a/b@sha256:${'1'.repeat(64)}` }] }), 37.5, '2 2/5'],
};

/** Those that do not say how many of their pods are open: whatever runs may have users. */
export const unreadable: Readonly<Record<string, readonly [KubernetesObject, number]>> = {
  'without the annotation': [canary(2, undefined), 50],
  'without the annotation, at rest': [canary(0, undefined), 0],
  'with words in it': [canary(2, 'two of seven'), 50],
  'with a sign': [canary(2, '-1/5'), 50],
  'with a fraction': [canary(2, '1.5/5'), 50],
  'beside no pod': [canary(2, '1/0'), 50],
  'with a huge number': [canary(2, '1/99999999'), 50],
  'with more behind it': [canary(2, '1/5/7'), 50],
  'with a line break': [canary(2, '1/5\n'), 50],
};
