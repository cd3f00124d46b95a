import type { LabelSelector, Labels } from './labels.ts';
import type { KubernetesObject } from './object.ts';

// The API server has checked these shapes against its schema, so they are read and not checked again. What the schema lets a
// user leave out is optional here.

export interface DeploymentSpec {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplate;
  readonly [field: string]: unknown;
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels; readonly [field: string]: unknown };
  readonly spec?: PodSpec;
}

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly overhead?: Labels;
  readonly readinessGates?: readonly { readonly conditionType: string }[];
  readonly resources?: Resources;
  readonly [field: string]: unknown;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly resources?: Resources;
  /** `Always` on an init container makes it a sidecar. */
  readonly restartPolicy?: string;
  readonly [field: string]: unknown;
}

export interface Resources {
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly limits?: Readonly<Record<string, string | number>>;
}

export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly conditions?: readonly Condition[];
}

export interface Condition {
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export interface ServiceSpec {
  readonly selector?: Labels;
  readonly ports?: readonly ServicePort[];
  readonly [field: string]: unknown;
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

export const deploymentSpec = (deployment: KubernetesObject): DeploymentSpec => (deployment['spec'] ?? {}) as DeploymentSpec;
export const deploymentStatus = (deployment: KubernetesObject): DeploymentStatus => (deployment['status'] ?? {}) as DeploymentStatus;
export const serviceSpec = (service: KubernetesObject): ServiceSpec => (service['spec'] ?? {}) as ServiceSpec;

/** The labels that the pods of a Deployment carry. */
export const podLabels = (deployment: KubernetesObject): Labels => deploymentSpec(deployment).template?.metadata?.labels ?? {};

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);
