import { HorizontalPodAutoscaler, ScaledObject } from '../kubernetes/kinds.ts';
import type { Kind, KubernetesObject, OwnerReference } from '../kubernetes/object.ts';

/** What sets the size of stable, if anything does but people and pipelines. */
export type Autoscaler =
  | { readonly is: 'none' }
  | { readonly is: 'hpa'; readonly object: KubernetesObject }
  /** `object` is the ScaledObject: the HorizontalPodAutoscaler that KEDA makes of it is KEDA's alone. */
  | { readonly is: 'keda'; readonly object: KubernetesObject };

/** As the API server gives it: `minReplicas` is filled in there (autoscaling/v2). */
export interface HpaSpec {
  readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string };
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly metrics?: readonly Metric[];
  readonly behavior?: unknown;
}

/** The field that is called as the type says has the details. */
export interface Metric {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** https://keda.sh/docs/latest/reference/scaledobject-spec */
export interface ScaledObjectSpec {
  readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string };
  readonly minReplicaCount?: number;
  readonly maxReplicaCount?: number;
  readonly idleReplicaCount?: number;
}

export const hpaSpec = (hpa: KubernetesObject): HpaSpec => (hpa['spec'] ?? {}) as HpaSpec;
export const scaledObjectSpec = (object: KubernetesObject): ScaledObjectSpec => (object['spec'] ?? {}) as ScaledObjectSpec;

/** The autoscalers of one Deployment. */
export const scaling = (hpas: readonly KubernetesObject[], deployment: string): readonly KubernetesObject[] =>
  hpas.filter((hpa) => {
    const { apiVersion = 'apps/v1', kind, name } = hpaSpec(hpa).scaleTargetRef ?? {};
    return kind === 'Deployment' && name === deployment && apiVersion.startsWith('apps/');
  });

/** KEDA's object for one Deployment. Found by what it scales: a paused one has no HPA that would lead to it. */
export const scaledObjectFor = (objects: readonly KubernetesObject[], deployment: string): KubernetesObject | undefined =>
  objects.find((object) => {
    const { apiVersion = 'apps/v1', kind = 'Deployment', name } = scaledObjectSpec(object).scaleTargetRef ?? {};
    return kind === 'Deployment' && name === deployment && apiVersion.startsWith('apps/');
  });

/** The ScaledObject that an HPA was made of. */
export const scaledObjectOf = ({ metadata }: KubernetesObject): string | undefined =>
  metadata.ownerReferences?.find((owner: OwnerReference) => owner.kind === ScaledObject.kind && owner.apiVersion.startsWith('keda.sh/'))
    ?.name;

/**
 * A paused ScaledObject scales nothing, and KEDA has taken its HPA away.
 * https://keda.sh/docs/latest/concepts/scaling-deployments/#pausing-autoscaling
 */
export function isPaused({ metadata: { annotations = {} } }: KubernetesObject): boolean {
  const paused = annotations['autoscaling.keda.sh/paused'];
  return 'autoscaling.keda.sh/paused-replicas' in annotations || (paused !== undefined && paused.toLowerCase() !== 'false');
}

/** The most pods that an autoscaler may give stable; `undefined` where nothing but people sets its size. */
export function mostPods(autoscaler: Autoscaler): number | undefined {
  switch (autoscaler.is) {
    case 'none':
      return undefined;
    case 'hpa':
      return hpaSpec(autoscaler.object).maxReplicas;
    case 'keda':
      return scaledObjectSpec(autoscaler.object).maxReplicaCount ?? 100;
  }
}

export const kindOf = (autoscaler: Exclude<Autoscaler, { is: 'none' }>): Kind =>
  autoscaler.is === 'hpa' ? HorizontalPodAutoscaler : ScaledObject;
