import type { KubernetesObject } from './object.ts';
import { templateOf } from './pod-template.ts';
import { deploymentSpec, type PodTemplate } from './workload.ts';

/** A pod template that a workload had, as Kubernetes keeps it: in a ReplicaSet, or in a ControllerRevision. */
export interface Revision {
  /** The newest has the highest. A template that comes back gets a new number, and its old one is gone. */
  readonly number: number;
  /** Of the ReplicaSet or ControllerRevision. */
  readonly name: string;
  /** Whole, and without what the controller added: as it goes back into the workload. */
  readonly template: PodTemplate;
  /** ISO 8601: when this template was first there. */
  readonly createdAt: string | undefined;
  /** Of the workload when this revision was its newest. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The label by which its pods are known. */
  readonly podLabel: { readonly key: string; readonly value: string };
}

export const changeCauseKey = 'kubernetes.io/change-cause';
const numberKey = 'deployment.kubernetes.io/revision';
const hashKey = 'pod-template-hash';
const revisionHashKey = 'controller-revision-hash';

/** Newest first. `keepers` may hold those of other workloads: only what this one controls counts. */
export const revisionsOf = (workload: KubernetesObject, keepers: readonly KubernetesObject[]): readonly Revision[] =>
  keepers
    .filter((keeper) => isControlledBy(keeper, workload))
    .flatMap((keeper) => (workload.kind === 'Deployment' ? fromReplicaSet(keeper) : fromControllerRevision(keeper, workload)))
    .toSorted((one, other) => other.number - one.number);

const isControlledBy = ({ metadata }: KubernetesObject, workload: KubernetesObject): boolean =>
  (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && uid === workload.metadata.uid);

function fromReplicaSet(replicaSet: KubernetesObject): readonly Revision[] {
  const { name, annotations = {}, creationTimestamp: createdAt } = replicaSet.metadata;
  const number = Number(annotations[numberKey]);
  const template = deploymentSpec(replicaSet).template;
  // One that the controller has not numbered yet is no revision.
  if (template === undefined || !Number.isInteger(number) || number < 1) return [];
  const { [hashKey]: hash = '', ...labels } = template.metadata?.labels ?? {};
  return [
    {
      number,
      name,
      template: { ...template, metadata: { ...template.metadata, labels } },
      createdAt,
      annotations,
      podLabel: { key: hashKey, value: hash },
    },
  ];
}

function fromControllerRevision(kept: KubernetesObject, { kind }: KubernetesObject): readonly Revision[] {
  const { name, labels = {}, annotations = {}, creationTimestamp: createdAt } = kept.metadata;
  const number = kept['revision'];
  const data = kept['data'] as KubernetesObject | undefined;
  if (typeof number !== 'number' || data === undefined) return [];
  // It is kept as a strategic merge patch that replaces the template.
  const { $patch: _, ...template } = templateOf({ ...data, kind }) as PodTemplate & { readonly $patch?: string };
  // A DaemonSet labels its pods with the hash, a StatefulSet with the whole name.
  const value = kind === 'StatefulSet' ? name : (labels[revisionHashKey] ?? name);
  return [{ number, name, template, createdAt, annotations, podLabel: { key: revisionHashKey, value } }];
}

/** The revision with this number, or without one the one before the newest: what `kubectl rollout undo` goes back to. */
export const revisionToReturnTo = (newestFirst: readonly Revision[], number: number | undefined): Revision | undefined =>
  number === undefined ? newestFirst[1] : newestFirst.find((revision) => revision.number === number);
