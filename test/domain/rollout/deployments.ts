import type { Labels } from '../../../src/domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

/** Stable of the tests: two containers, an init container, and all that a Deployment usually has. */
export const stable = (
  more: { readonly selector?: object; readonly labels?: Labels; readonly containers?: readonly object[] } = {},
): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'agent',
    namespace: 'shop',
    resourceVersion: '41',
    uid: 'u',
    generation: 7,
    labels: { team: 'core' },
    annotations: { 'deployment.kubernetes.io/revision': '7', 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/agent' },
  },
  spec: {
    replicas: 5,
    paused: true,
    revisionHistoryLimit: 4,
    minReadySeconds: 3,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: more.selector ?? { matchLabels: { app: 'agent' } },
    template: {
      metadata: {
        creationTimestamp: null,
        labels: more.labels ?? { app: 'agent', tier: 'web' },
        annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z', 'prometheus.io/scrape': 'true' },
      },
      spec: {
        serviceAccountName: 'agent',
        initContainers: [{ name: 'migrate', image: 'shop/migrate:1' }],
        containers: more.containers ?? [
          { name: 'agent', image: 'shop/agent:1', env: [{ name: 'MODE', value: 'fast' }], resources: { limits: { memory: '1Gi' } } },
          { name: 'proxy', image: 'shop/proxy:3' },
        ],
      },
    },
  },
  status: { replicas: 5 },
});

export const service = (
  name: string,
  selector: Labels | undefined,
  ports: readonly object[] = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP', nodePort: 30080 }],
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', resourceVersion: '9' },
  spec: {
    ...(selector === undefined ? {} : { selector }),
    ports,
    clusterIP: '10.0.0.7',
    clusterIPs: ['10.0.0.7'],
    ipFamilies: ['IPv4'],
    type: 'ClusterIP',
  },
});
