import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { pod, readyPod } from '../domain/kubernetes/pods.ts';

/** A Deployment with its status, as its controller leaves it. */
export const deployment = (
  name: string,
  image: string,
  replicas: number,
  ready = replicas,
  more: { readonly conditions?: readonly object[]; readonly labels?: Readonly<Record<string, string>> } = {},
): KubernetesObject => {
  const labels = more.labels ?? { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'agent', image, ports: [{ name: 'http', containerPort: 8080 }] }] } },
    },
    status: {
      observedGeneration: 1_000_000,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      ...(more.conditions === undefined ? {} : { conditions: more.conditions }),
    },
  };
};

export const podOf = (
  name: string,
  image: string,
  state: 'ready' | object = 'ready',
  labels: Readonly<Record<string, string>> = { app: name.replace(/-[^-]*$/, '') },
): KubernetesObject => ({
  ...(state === 'ready' ? readyPod(name, undefined, { labels }) : pod(name, state, { labels })),
  spec: { containers: [{ name: 'agent', image }] },
});
