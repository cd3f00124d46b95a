import { expect, it } from '@jest/globals';
import { Lease, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { journalName } from '../../../src/domain/rolling/journal.ts';
import { leaseKeys, leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { StagePlan } from '../../../src/flows/stage/plan.ts';
import { takeBack } from '../../../src/flows/stage/take-back.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import type { Stage } from '../stand-ins.ts';
import { deployPlan, imageNow, killed, next, old, shop, stagePlan } from './shop.ts';

const dead = { holder: 'run-1', open: 'true' };
const after = (on: Stage, plan: StagePlan = deployPlan(), handedOver: Readonly<Record<string, string>> = dead) =>
  on.clock.until(takeBack(plan, handedOver, on.world));
const leaseOf = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as Parameters<typeof readLease>[0]);

it('takes back what a dead run has written, and says so', async () => {
  const on = shop();
  await killed(on, { images: `api: ${next}` });
  const report = await after(shop({ holder: 'post' }, on));
  expect(report?.outputs).toMatchObject({ outcome: 'aborted' });
  expect(imageNow(on)).toBe(old);
  expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'resting' } });
  expect(on.cluster.find(Secret, journalName('agent'))).toBeUndefined();
});

it('tells of an ending once: not those whom the dead run has told', async () => {
  for (const [told, alerts] of [
    ['', 1],
    ['other', 1],
    ['stand-in', 0],
  ] as const) {
    const on = shop();
    await killed(on, { images: `api: ${next}` });
    const lease = on.cluster.find(Lease, leaseName('agent')) as KubernetesObject;
    const annotations = { ...lease.metadata.annotations, [leaseKeys.told]: told };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
    const post = shop({ holder: 'post' }, on);
    await after(post);
    expect([told, post.alerts.length]).toEqual([told, alerts]);
    // And leaves word of it for whoever might come next.
    expect(leaseOf(on).told).toContain('stand-in');
  }
});

it('leaves a run alone that has ended', async () => {
  const on = shop();
  await on.clock.until(executeStage(deployPlan(), on.world));
  expect(await after(on)).toBeUndefined();
  expect(imageNow(on)).toBe(next);
});

it('leaves what somebody else has taken over', async () => {
  const on = shop();
  await killed(on, { images: `api: ${next}` });
  const lease = on.cluster.find(Lease, leaseName('agent')) as { spec: object } & Parameters<typeof readLease>[0];
  on.cluster.put(Lease, { ...lease, spec: { ...lease.spec, holderIdentity: 'run-9' } });
  expect(await after(shop({ holder: 'post' }, on))).toBeUndefined();
  expect(imageNow(on)).toBe(next);
});

it.each([{}, { holder: 'run-1', open: 'false' }, { open: 'true' }])('does nothing with %j', async (handedOver) => {
  const on = shop();
  expect(await after(on, deployPlan(), handedOver)).toBeUndefined();
  expect(on.cluster.calls).toEqual([]);
});

it('of another operation only gives the lock away', async () => {
  const on = shop();
  await killed(on, { images: `api: ${next}` });
  expect(await after(shop({ holder: 'post' }, on), stagePlan({ operation: 'undo' }))).toBeUndefined();
  expect(imageNow(on)).toBe(next);
  expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'writing' } });
});

it('gives up on a cluster that stays silent, and says so by throwing', async () => {
  const on = shop();
  on.cluster.failing = () => unreachable();
  await expect(after(on)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
});
