import type { KubernetesObject } from '../../kubernetes/object.ts';

/** The namespaces whose callers see an object of Istio. */
export type Audience = 'all' | readonly string[];

export function audienceOf(object: KubernetesObject): Audience {
  const { exportTo = [] } = (object['spec'] ?? {}) as { readonly exportTo?: readonly string[] };
  if (exportTo.length === 0 || exportTo.includes('*')) return 'all';
  return exportTo.flatMap((each) => (each === '~' ? [] : [each === '.' ? (object.metadata.namespace ?? '') : each]));
}

/** Whether anyone sees both. */
export const meet = (one: Audience, other: Audience): boolean => {
  if (one === 'all') return other === 'all' || other.length > 0;
  return other === 'all' ? one.length > 0 : one.some((namespace) => other.includes(namespace));
};
