import { expect, it } from '@jest/globals';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName } from '../../../src/domain/rollout/lease.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { failure, leaseOf } from '../rollback/shop.ts';
import { through } from '../through.ts';
import { deployPlan, imageNow, next, old, shop, stagePlan } from './shop.ts';

it('a restart that has lost its lock while it looked writes nothing', async () => {
  const on = shop();
  await on.clock.until(executeStage(deployPlan(), on.world));
  const { cluster } = on;
  const before = cluster.find(Deployment, 'agent');
  const slow = through(cluster, {
    get: async (...call) => {
      if (call[0].kind.kind === 'Deployment' && leaseOf(on).holder === 'run-1') {
        const lease = cluster.find(Lease, leaseName('agent')) as KubernetesObject;
        cluster.put(Lease, { ...lease, spec: { ...(lease['spec'] as object), holderIdentity: 'run-2' } });
        // Until the next renewal.
        await on.clock.sleep(25);
      }
      return await cluster.get(...call);
    },
  });
  const restarting = executeStage(stagePlan({ operation: 'restart' }), { ...on.world, cluster: slow });
  expect(await failure(on, restarting)).toMatchObject({ code: 'LOCK_LOST' });
  expect(cluster.find(Deployment, 'agent')).toEqual(before);
});

it('an undo does not go over a hotfix that somebody sets while it holds what it takes back', async () => {
  const on = shop();
  await on.clock.until(executeStage(deployPlan(), on.world));
  const hotfix = `agent@sha256:${'5'.repeat(64)}`;
  const { reacting } = on.cluster;
  let isSet = false;
  on.cluster.reacting = (object) => {
    reacting(object);
    if (isSet || object.kind !== 'Lease' || (leaseOf(on).holds?.list ?? []).length === 0) return;
    isSet = true;
    const now = JSON.stringify(on.cluster.find(Deployment, 'agent'));
    reacting(on.cluster.put(Deployment, JSON.parse(now.replaceAll(next, hotfix)) as KubernetesObject));
  };
  const result = await on.clock.until(executeStage(stagePlan({ operation: 'undo' }), on.world));
  expect(imageNow(on)).toBe(hotfix);
  expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('was given another template since it was looked at') });
  expect(leaseOf(on)).toMatchObject({ holder: '' });
});

it('an undo whose write meets a new status only is made all the same', async () => {
  const on = shop();
  await on.clock.until(executeStage(deployPlan(), on.world));
  let isWritten = false;
  on.cluster.failing = ({ verb, kind, write }) => {
    if (isWritten || verb !== 'replace' || kind !== 'Deployment' || write?.dryRun === true) return undefined;
    isWritten = true;
    on.cluster.put(Deployment, { ...(on.cluster.find(Deployment, 'agent') as KubernetesObject) });
    return undefined;
  };
  expect(await on.clock.until(executeStage(stagePlan({ operation: 'undo' }), on.world))).toMatchObject({ outcome: 'done' });
  expect(imageNow(on)).toBe(old);
});
