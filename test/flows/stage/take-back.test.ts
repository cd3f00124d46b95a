import { describe, expect, it } from '@jest/globals';
import { Lease, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { journalName } from '../../../src/domain/rolling/journal.ts';
import { leaseKeys, leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { StagePlan } from '../../../src/flows/stage/plan.ts';
import { takeBack } from '../../../src/flows/stage/take-back.ts';
import { dyingAtLateWrite } from '../dying-after.ts';
import type { Call } from '../memory-cluster/cluster.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
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

describe('a good ending stands', () => {
  const third = `agent@sha256:${'4'.repeat(64)}`;
  const journalNow = ({ cluster }: Stage) => cluster.find(Secret, journalName('agent'));
  const isDeletion = ({ verb, kind }: Call): boolean => verb === 'delete' && kind === 'Secret';
  const isLastWord = ({ verb, kind, write }: Call): boolean =>
    verb === 'patch' && kind === 'Lease' && JSON.stringify(write).includes('promoted');
  const handed = (on: Stage) => Object.assign({}, ...on.handedOver) as Record<string, string>;

  it.each([
    ['deletion of what was remembered', isDeletion],
    ['write of the last words', isLastWord],
  ])('whose %s got no answer once: it is asked again', async (_, isLost) => {
    const on = shop();
    let lost = 0;
    on.cluster.failing = (call) => (isLost(call) && lost++ === 0 ? unreachable() : undefined);
    expect(await on.clock.until(executeStage(deployPlan(), on.world))).toMatchObject({ outcome: 'promoted' });
    expect(lost).toBe(2);
    expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'resting' }, ended: { outcome: 'promoted' }, lastKnownGood: next });
    expect(journalNow(on)).toBeUndefined();
    expect(handed(on)['open']).toBe('false');
  });

  it('where the cluster stays silent to the end: its `post` only tidies up', async () => {
    const on = shop();
    let ended = false;
    on.cluster.failing = (call) => {
      ended ||= isLastWord(call);
      return ended ? unreachable() : undefined;
    };
    expect(await on.clock.until(executeStage(deployPlan(), on.world))).toMatchObject({ outcome: 'promoted' });
    on.cluster.failing = () => undefined;
    expect(leaseOf(on)).toMatchObject({ holder: 'run-1', rolling: { phase: 'writing' } });
    expect(await after(shop({ holder: 'post' }, on), deployPlan(), handed(on))).toBeUndefined();
    expect(imageNow(on)).toBe(next);
    expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'resting' } });
    expect(journalNow(on)).toBeUndefined();
  });

  it.each([
    ['the same', next],
    ['another version', third],
  ])('where what was remembered cannot be deleted: the next run, with %s, takes nothing back and deletes it', async (_, image) => {
    const on = shop();
    on.cluster.failing = (call) => (isDeletion(call) ? forbidden() : undefined);
    expect(await on.clock.until(executeStage(deployPlan(), on.world))).toMatchObject({ outcome: 'promoted' });
    expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'settled' } });
    expect(journalNow(on)).toBeDefined();
    on.cluster.failing = () => undefined;
    const seen = new Set<string | undefined>();
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      seen.add(imageNow(on));
    };
    const second = shop({ holder: 'run-2' }, on);
    const result = await on.clock.until(executeStage(deployPlan({ images: `api: ${image}` }), second.world));
    expect(result).toMatchObject({ outcome: 'promoted' });
    expect(seen).not.toContain(old);
    expect(imageNow(on)).toBe(image);
    expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'resting' } });
    expect(journalNow(on)).toBeUndefined();
  });

  it('and what its successor has remembered since stays, however late it comes', async () => {
    for (const asleep of ['get', 'delete'] as const) {
      const on = shop();
      const { cluster } = on;
      let successor: Promise<void> | undefined;
      const meanwhile = (verb: 'get' | 'delete', ref: { readonly kind: { readonly kind: string } }): Promise<void> => {
        if (verb !== asleep || ref.kind.kind !== 'Secret' || successor !== undefined) return successor ?? Promise.resolve();
        // Whoever sleeps for longer than its Lease holds finds a successor in the middle of its work.
        successor = on.clock.sleep(70).then(() => killedAgain());
        return successor;
      };
      const killedAgain = async (): Promise<void> => {
        const lease = cluster.find(Lease, leaseName('agent')) as { spec: object } & Parameters<typeof readLease>[0];
        cluster.put(Lease, { ...lease, spec: { ...lease.spec, holderIdentity: '' } });
        await killed(shop({ holder: 'run-2' }, on), { images: `api: ${third}` });
      };
      const slow = {
        get: async (...call: Parameters<typeof cluster.get>) => {
          await meanwhile('get', call[0]);
          return await cluster.get(...call);
        },
        list: (...call: Parameters<typeof cluster.list>) => cluster.list(...call),
        watch: (...call: Parameters<typeof cluster.watch>) => cluster.watch(...call),
        version: (...call: Parameters<typeof cluster.version>) => cluster.version(...call),
        write: async (...call: Parameters<typeof cluster.write>) => {
          const [write] = call;
          if (write.do === 'delete') await meanwhile('delete', write.ref);
          return await cluster.write(...call);
        },
      };
      await on.clock.until(executeStage(deployPlan(), { ...on.world, cluster: slow }));
      expect([asleep, successor === undefined, journalNow(on) === undefined]).toEqual([asleep, false, false]);
      expect(leaseOf(on)).toMatchObject({ holder: 'run-2', rolling: { phase: 'writing' } });
    }
  });
});

it('a write that a killed run had sent, and that the API server takes its time over, is not stored after its way back', async () => {
  const on = shop();
  const { clock } = on;
  const dying = dyingAtLateWrite(on, 20, (write) => write.do === 'replace' && write.ref.kind.kind === 'Deployment');
  void executeStage(deployPlan(), { ...on.world, cluster: dying.cluster });
  await clock.pass(5);
  const post = shop({ holder: 'run-1' }, on);
  const report = await clock.until(takeBack(deployPlan(), { holder: 'run-1', open: 'true' }, post.world));
  expect(report).toMatchObject({ outputs: { outcome: 'aborted' } });
  expect(await dying.arrived()).toBe('CLUSTER_CONFLICT');
  expect(imageNow(on)).toBe(old);
});
