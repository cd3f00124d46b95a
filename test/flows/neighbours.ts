import { ConfigMap, Deployment, Pod, ReplicaSet } from '../../src/domain/kubernetes/kinds.ts';
import type { MemoryCluster } from './memory-cluster/cluster.ts';

const crashing = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  containerStatuses: ['api', 'app', 'agent'].map((name) => ({
    name,
    ready: false,
    restartCount: 9,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
  })),
};

/**
 * In another namespace, the same names and labels with other images, and pods that crash: what is read there, or in all namespaces
 * where it should be in one, is seen by what comes of it.
 */
export function putNeighbours(cluster: MemoryCluster): void {
  for (const kind of [Deployment, ReplicaSet, Pod, ConfigMap])
    for (const object of cluster.objectsOf(kind)) {
      const { uid: _, ...metadata } = object.metadata;
      const other = JSON.parse(JSON.stringify(object).replace(/sha256:[0-9a-f]{64}/g, `sha256:${'e'.repeat(64)}`)) as typeof object;
      cluster.put(kind, { ...other, ...(kind === Pod ? { status: crashing } : {}), metadata: { ...metadata, namespace: 'neighbour' } });
    }
}
