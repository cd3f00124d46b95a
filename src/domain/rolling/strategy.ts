import type { KubernetesObject } from '../kubernetes/object.ts';

export const isZero = (count: number | string | undefined): boolean => count === 0 || count === '0%';

interface Rolling {
  readonly type?: string;
  readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string } | null;
}

/** Where the kinds that have a pace keep it. */
export const strategyField: Readonly<Record<string, string>> = { Deployment: 'strategy', DaemonSet: 'updateStrategy' };

export const strategyOf = (workload: KubernetesObject): Rolling => {
  const field = strategyField[workload.kind] ?? 'updateStrategy';
  return ((workload['spec'] as Readonly<Record<string, unknown>> | undefined)?.[field] ?? {}) as Rolling;
};

/**
 * Pods that a Deployment of so many needs beyond them before its update may take an old one away. The API server's rules: a percentage of
 * maxUnavailable is rounded down, 25 % where none is given, and both 0 would be no update, so that one may be missing.
 */
export function surgeBefore(deployment: KubernetesObject, size: number): number {
  const { type = 'RollingUpdate', rollingUpdate } = strategyOf(deployment);
  const { maxSurge = '25%', maxUnavailable = '25%' } = rollingUpdate ?? {};
  const missing = typeof maxUnavailable === 'number' ? maxUnavailable : Math.floor((size * Number.parseInt(maxUnavailable, 10)) / 100);
  return type === 'Recreate' || missing > 0 || isZero(maxSurge) ? 0 : 1;
}
