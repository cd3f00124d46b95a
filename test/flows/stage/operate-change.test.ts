import { expect, it } from '@jest/globals';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName } from '../../../src/domain/rollout/lease.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import { failure, leaseOf } from '../rollback/shop.ts';
import { deployPlan, shop, stagePlan } from './shop.ts';

it('a restart that has lost its lock while it looked writes nothing', async () => {
  const on = shop();
  await on.clock.until(executeStage(deployPlan(), on.world));
  const { cluster } = on;
  const before = cluster.find(Deployment, 'agent');
  const slow: Cluster = {
    get: async (...call) => {
      if (call[0].kind.kind === 'Deployment' && leaseOf(on).holder === 'run-1') {
        const lease = cluster.find(Lease, leaseName('agent')) as KubernetesObject;
        cluster.put(Lease, { ...lease, spec: { ...(lease['spec'] as object), holderIdentity: 'run-2' } });
        // Until the next renewal.
        await on.clock.sleep(25);
      }
      return await cluster.get(...call);
    },
    list: (...call) => cluster.list(...call),
    watch: (...call) => cluster.watch(...call),
    version: (...call) => cluster.version(...call),
    write: (...call) => cluster.write(...call),
  };
  const restarting = executeStage(stagePlan({ operation: 'restart' }), { ...on.world, cluster: slow });
  expect(await failure(on, restarting)).toMatchObject({ code: 'LOCK_LOST' });
  expect(cluster.find(Deployment, 'agent')).toEqual(before);
});
