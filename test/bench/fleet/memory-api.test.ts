import { afterAll, beforeAll, describe } from '@jest/globals';
import { type MemoryApi, startMemoryApi } from '../../../bench/fleet/memory-api.ts';
import { type Connection, kubernetesConnection } from '../../../src/adapters/cluster/connection.ts';
import { kubernetesCluster } from '../../../src/adapters/cluster/kubernetes.ts';
import { Namespace } from '../../../src/domain/kubernetes/kinds.ts';
import { kubeconfig } from '../../adapters/cluster/kubeconfig-text.ts';
import { MemoryCluster } from '../../flows/memory-cluster/cluster.ts';
import { VirtualClock } from '../../flows/virtual-clock.ts';
import { contractNamespaces, keepsTheContract } from '../../ports/cluster-contract/index.ts';

let api: MemoryApi;
let connection: Connection;

beforeAll(async () => {
  const cluster = new MemoryCluster(new VirtualClock());
  for (const name of contractNamespaces) cluster.put(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  api = await startMemoryApi(cluster);
  const config = kubeconfig({ server: api.url, cluster: { 'insecure-skip-tls-verify': true }, user: {} });
  connection = kubernetesConnection({ kubeconfig: config, version: '1' });
});
afterAll(async () => {
  connection.close();
  await api.close();
});

describe('the API server of the bench, through the real adapter', () =>
  keepsTheContract(() => kubernetesCluster(connection, { watchPauseSeconds: 0.01 })));
