import type { Kind, KubernetesObject } from '../../kubernetes/object.ts';
import type { RolloutStatus } from '../../kubernetes/rollout-status.ts';

/** A kind of object that makes pods from a template. */
export interface WorkloadKind {
  readonly kind: Kind;
  /** What people call it beside its name and its plural. */
  readonly short: string;
  /** What keeps its earlier templates. A CronJob has none: its Jobs come and go. */
  readonly keeper: Kind | undefined;
  /** `spec.paused` holds its controller back. */
  readonly pausable: boolean;
  /** How far its pods are with the newest template. */
  status(workload: KubernetesObject): RolloutStatus;
  /** Why its pods do not follow the template by themselves, as the end of "its pods …". Then nothing can be waited for. */
  unattended(workload: KubernetesObject): string | undefined;
}

/** Under `OnDelete` the controller leaves the pods to whoever deletes them. */
export function onDelete(workload: KubernetesObject): string | undefined {
  const { updateStrategy } = (workload['spec'] ?? {}) as { readonly updateStrategy?: { readonly type?: string } };
  return updateStrategy?.type === 'OnDelete' ? 'take a new template only when somebody deletes them (updateStrategy OnDelete)' : undefined;
}
