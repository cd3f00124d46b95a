import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { WorkloadRef } from '../../../src/domain/rolling/workload-ref.ts';
import { workloadKinds } from '../../../src/domain/rolling/workloads/index.ts';
import type { WorkloadKind } from '../../../src/domain/rolling/workloads/workload-kind.ts';

export const kindOf = (word: string): WorkloadKind => {
  const kind = workloadKinds[word];
  if (kind === undefined) throw new Error(`There is no ${word}.`);
  return kind;
};

export const ref = (word: string, name = 'agent'): WorkloadRef => ({ of: kindOf(word), name });

export const template = (images: Readonly<Record<string, string>> = { api: 'agent:v1' }, more: object = {}) => ({
  metadata: { labels: { app: 'agent' } },
  spec: { containers: Object.entries(images).map(([name, image]) => ({ name, image })), ...more },
});

/** A workload of a kind, at rest. */
export function workload(word: string, spec: object = {}, more: Partial<KubernetesObject> = {}): KubernetesObject {
  const { kind } = kindOf(word);
  const whole =
    word === 'cronjob'
      ? { jobTemplate: { spec: { template: template() } } }
      : { selector: { matchLabels: { app: 'agent' } }, template: template() };
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: 'agent', namespace: 'shop', uid: 'u1', generation: 2, resourceVersion: '7' },
    spec: { ...whole, ...spec },
    ...more,
  };
}

/** A ReplicaSet of that Deployment. */
export const replicaSet = (
  number: number,
  images: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
  owner = 'u1',
): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: `agent-${number}`,
    creationTimestamp: `2026-01-0${number}T00:00:00Z`,
    annotations: { 'deployment.kubernetes.io/revision': String(number), ...annotations },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent', uid: owner, controller: true }],
  },
  spec: { template: { ...template(images), metadata: { labels: { app: 'agent', 'pod-template-hash': `h${number}` } } } },
});

/** A ControllerRevision of that StatefulSet or DaemonSet. */
export const controllerRevision = (number: number, images: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    name: `agent-h${number}`,
    labels: { 'controller-revision-hash': `h${number}` },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'agent', uid: 'u1', controller: true }],
  },
  revision: number,
  data: { spec: { template: { ...template(images), $patch: 'replace' } } },
});
