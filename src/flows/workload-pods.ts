import { Pod } from '../domain/kubernetes/kinds.ts';
import { selectorOf, selectorText } from '../domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../domain/kubernetes/object.ts';
import type { World } from '../ports/worlds/cluster.ts';

/** The pods that a workload selects, of all its revisions. */
export const podsOfWorkload = (
  { cluster }: Pick<World, 'cluster'>,
  namespace: string,
  workload: KubernetesObject,
  signal?: AbortSignal,
): Promise<readonly KubernetesObject[]> => cluster.list(Pod, namespace, { labels: selectorText(selectorOf(workload)) }, signal);
