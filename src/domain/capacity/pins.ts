import type { KubernetesObject } from '../kubernetes/object.ts';
import type { PatchOperation } from '../kubernetes/patch.ts';
import { type Autoscaler, hpaSpec, isPaused, scaledObjectSpec } from './autoscaler.ts';

/** A field of an autoscaler's spec while the canary carries traffic, and before. `null`: it is not there. */
export interface PinnedField {
  readonly field: 'minReplicas' | 'minReplicaCount' | 'idleReplicaCount';
  readonly former: number | null;
  readonly pinned: number | null;
}

/** What is changed of an autoscaler so that stable keeps the size with which it can take all its traffic back. */
export interface Pin {
  readonly kind: 'HorizontalPodAutoscaler' | 'ScaledObject';
  readonly name: string;
  readonly fields: readonly PinnedField[];
}

/** KEDA's own where `maxReplicaCount` is not given. */
const kedaMost = 100;

/** Raises the minimum to so many pods. `undefined`: nothing has to be changed for that. */
export function pinFor(autoscaler: Autoscaler, pods: number): Pin | undefined {
  switch (autoscaler.is) {
    case 'none':
      return undefined;
    case 'hpa': {
      const { minReplicas, maxReplicas = pods } = hpaSpec(autoscaler.object);
      return pinOf('HorizontalPodAutoscaler', autoscaler.object, [raised('minReplicas', minReplicas, 1, Math.min(pods, maxReplicas))]);
    }
    case 'keda': {
      if (isPaused(autoscaler.object)) return undefined;
      const { minReplicaCount, maxReplicaCount = kedaMost, idleReplicaCount } = scaledObjectSpec(autoscaler.object);
      return pinOf('ScaledObject', autoscaler.object, [
        raised('minReplicaCount', minReplicaCount, 0, Math.min(pods, maxReplicaCount)),
        // Without triggers that fire, KEDA goes below the minimum to this.
        idleReplicaCount === undefined ? undefined : { field: 'idleReplicaCount', former: idleReplicaCount, pinned: null },
      ]);
    }
  }
}

function pinOf(kind: Pin['kind'], { metadata }: KubernetesObject, fields: readonly (PinnedField | undefined)[]): Pin | undefined {
  const changed = fields.filter((field) => field !== undefined);
  return changed.length === 0 ? undefined : { kind, name: metadata.name, fields: changed };
}

const raised = (field: PinnedField['field'], present: number | undefined, unset: number, pods: number): PinnedField | undefined =>
  (present ?? unset) >= pods ? undefined : { field, former: present ?? null, pinned: pods };

export interface Pinning {
  /** Empty: it is so already. */
  readonly operations: readonly PatchOperation[];
  /** What someone else has set meanwhile: it stays as it is. */
  readonly kept: readonly (PinnedField & { readonly present: number | null })[];
}

/** The patch that pins an autoscaler as recorded, or puts back what was there. Only our own value is ever written over. */
export function pinning(object: KubernetesObject, pin: Pin, to: 'pinned' | 'former'): Pinning {
  const spec = (object['spec'] ?? {}) as Readonly<Record<string, number | undefined>>;
  const from = to === 'pinned' ? 'former' : 'pinned';
  const seen = pin.fields.map((field) => ({ ...field, present: spec[field.field] ?? null }));
  const changing = seen.filter((field) => field.present === field[from] && field.present !== field[to]);
  const { resourceVersion } = object.metadata;
  const operations = changing.map(
    ({ field, [to]: value }): PatchOperation =>
      value === null ? { op: 'remove', path: `/spec/${field}` } : { op: 'add', path: `/spec/${field}`, value },
  );
  return {
    operations:
      operations.length === 0 || resourceVersion === undefined
        ? operations
        : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }, ...operations],
    kept: seen.filter((field) => field.present !== field.former && field.present !== field.pinned),
  };
}

const valueText = (value: number | null): string => (value === null ? 'not set' : String(value));

/** `HorizontalPodAutoscaler agent: minReplicas 5 (before: 3)`. */
export const pinText = ({ kind, name, fields }: Pin, to: 'pinned' | 'former' = 'pinned'): string =>
  `${kind} ${name}: ${fields.map((field) => `${field.field} ${valueText(field[to])} (${to === 'pinned' ? 'before' : 'during the run'}: ${valueText(field[to === 'pinned' ? 'former' : 'pinned'])})`).join(', ')}`;

export const keptText = ({ kind, name }: Pin, { field, present, former }: Pinning['kept'][number]): string =>
  `${kind} ${name}: someone else set ${field} to ${valueText(present)} during the run, and that stays (before the run: ${valueText(former)}).`;
