import { describe, expect, it } from '@jest/globals';
import { HTTPRoute, IstioGateway, Namespace } from '../../../src/domain/kubernetes/kinds.ts';
import { contractNamespaces, keepsTheContract } from '../../ports/cluster-contract/index.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { MemoryCluster } from './cluster.ts';

describe('the cluster in memory', () => {
  const cluster = new MemoryCluster(new VirtualClock());
  for (const name of contractNamespaces) cluster.put(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  keepsTheContract(() => cluster);

  it('keeps kinds of one name apart by their group', async () => {
    const other = { ...HTTPRoute, kind: 'Gateway', resource: 'gateways' };
    const { apiVersion } = IstioGateway;
    cluster.put(IstioGateway, { apiVersion, kind: 'Gateway', metadata: { name: 'edge', namespace: 'infra' } });
    expect(await cluster.list(IstioGateway, 'infra')).toHaveLength(1);
    expect(await cluster.list(other, 'infra')).toEqual([]);
    expect(await cluster.get({ kind: other, namespace: 'infra', name: 'edge' })).toBeUndefined();
  });
});
