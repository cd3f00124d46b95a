import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import { unreadable } from './refusal.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The answer as an object, every field as it came. `kind` fills in what items of a list do not carry. */
export function objectOf(value: unknown, purpose: string, kind?: Kind): KubernetesObject {
  const object = isFields(value) && kind !== undefined ? { apiVersion: kind.apiVersion, kind: kind.kind, ...value } : value;
  const sound =
    isFields(object) && typeof object['apiVersion'] === 'string' && typeof object['kind'] === 'string' && isFields(object['metadata']);
  if (!sound) throw unreadable(purpose, 'is not a Kubernetes object');
  return object as unknown as KubernetesObject;
}

export interface Page {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string | undefined;
  /** The token of the next page. */
  readonly next: string | undefined;
}

export function pageOf(value: unknown, purpose: string, kind: Kind): Page {
  const items = isFields(value) ? value['items'] : undefined;
  // An empty list is null where a server has nothing to show.
  if (!isFields(value) || !isFields(value['metadata']) || !(Array.isArray(items) || items === null))
    throw unreadable(purpose, 'is not a Kubernetes list');
  const { resourceVersion, continue: next } = value['metadata'] as { resourceVersion?: string; continue?: string };
  return { items: (items ?? []).map((item) => objectOf(item, purpose, kind)), resourceVersion, next: next || undefined };
}
