import { describe, expect, it } from '@jest/globals';
import { guardianKey } from '../../../src/domain/guardian/sign.ts';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { RolloutRecord } from '../../../src/domain/rollout/lease.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import type { World } from '../../../src/ports/world.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { stage } from '../stand-ins.ts';
import { violations } from './schema.ts';
import { newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const watching = { is: 'watching', pod: 'p', epoch: 1, beat: '1' };
const left = { holder: 'run-1', open: 'true' };
const leaseOf = ({ cluster }: Shop) => {
  const object = cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object);
};
const post = (on: Shop, handedOver: Readonly<Record<string, string>> = left) =>
  on.clock.until(takeBack(planOf(), handedOver, { ...on.world, run: { ...on.world.run, holder: 'post-1' } }));

/** The world of a run that is killed after so many seconds. */
async function killedAfter(on: Shop, seconds: number): Promise<void> {
  const killed = new AbortController();
  const { clock } = on;
  const sleep: World['clock']['sleep'] = (time, signal) =>
    clock.sleep(time, signal).then(() => (killed.signal.aborted ? new Promise<void>(() => undefined) : undefined));
  void executeCanary(planOf(), { ...on.world, clock: { monotonic: () => clock.monotonic(), now: () => clock.now(), sleep } });
  await clock.pass(seconds);
  killed.abort();
}

describe('the post step', () => {
  it('takes back what a killed run left in its stages, at once', async () => {
    const on = shop();
    await killedAfter(on, 20);
    const at = on.clock.monotonic();
    const report = await post(on);
    expect(report).toMatchObject({
      succeeded: false,
      outputs: { outcome: 'aborted', weight: '0' },
      file: { previousImage: oldImage, image: newImage },
    });
    expect(violations(report?.file)).toEqual([]);
    expect([on.weights, on.replicas('agent-canary'), on.clock.monotonic() - at <= 10]).toEqual([[0, 25, 0], 0, true]);
    expect(leaseOf(on)).toMatchObject({ holder: '', epoch: 2, rollout: { phase: 'resting' } });
  });

  it('gives stable its old image before its traffic', async () => {
    const on = shop();
    await killedAfter(on, 20);
    const object = on.cluster.find(Lease, 'wf-deploy-agent');
    const record = leaseOf(on)?.rollout;
    if (object === undefined || record === undefined) throw new Error('There is a record.');
    const promoting: RolloutRecord = { ...record, phase: 'promoting', weight: 100 };
    on.cluster.put(Lease, {
      ...object,
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'wf-deploy.io/rollout': JSON.stringify(promoting) } },
    });
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable === undefined) throw new Error('There is a stable.');
    on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(JSON.stringify(stable).replaceAll(oldImage, newImage))));
    const before = on.cluster.writes().length;
    expect(await post(on)).toMatchObject({ outputs: { outcome: 'aborted' } });
    expect(on.image('agent')).toBe(oldImage);
    const moved = on.cluster
      .writes()
      .slice(before)
      .filter((write) => !write.includes('Lease'));
    expect(moved).toEqual([
      'replace HTTPRoute agent',
      'patch Deployment agent',
      'replace HTTPRoute agent',
      'patch Deployment agent-canary',
    ]);
  });

  it.each([
    ['the run came to its own end', { ...left, open: 'false' }],
    ['the run never began', {}],
    ['nobody knows who it was', { holder: '', open: 'true' }],
    ['someone else holds the lock since', { holder: 'run-0', open: 'true' }],
  ])('does nothing when %s', async (_, handedOver: Readonly<Record<string, string>>) => {
    const on = shop();
    await killedAfter(on, 20);
    const before = on.cluster.writes().length;
    expect(await post(on, handedOver)).toBeUndefined();
    expect(on.cluster.writes()).toHaveLength(before);
  });

  it('does nothing where there is no Lease', async () => {
    const on = shop();
    expect(await post(on)).toBeUndefined();
    expect(on.cluster.writes()).toEqual([]);
  });

  it('of a run that held the lock and had done nothing only gives it away', async () => {
    const on = shop();
    const lock = await on.clock.until(
      acquireLock(stage({ holder: 'run-1' }, on).world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }),
    );
    lock.stop();
    expect(await post(on)).toBeUndefined();
    expect(leaseOf(on)?.holder).toBe('');
    expect(on.weights).toEqual([]);
  });

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['asks for no Job where no guardian was wanted', {}],
    ['does without the guardian that an earlier run had, and may not be seen', { [guardianKey]: JSON.stringify(watching) }],
  ])('%s', async (_, annotations) => {
    const on = shop();
    const lease = { apiVersion: Lease.apiVersion, kind: Lease.kind, spec: { holderIdentity: 'run-1', leaseDurationSeconds: 60 } };
    on.cluster.put(Lease, { ...lease, metadata: { name: 'wf-deploy-agent', annotations } });
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? forbidden() : undefined);
    expect(await post(on)).toBeUndefined();
    expect([leaseOf(on)?.holder, on.alerts]).toEqual(['', []]);
    const told = on.lines.filter((line) => line.includes('The guardian of an earlier run'));
    expect([told.length, on.cluster.calls.filter(({ kind }) => kind === 'Job').length]).toEqual(
      guardianKey in annotations ? [1, 1] : [0, 0],
    );
  });

  it('gives the lock away also where the guardian cannot be asked for', async () => {
    const on = shop();
    const lease = { apiVersion: Lease.apiVersion, kind: Lease.kind, spec: { holderIdentity: 'run-1', leaseDurationSeconds: 60 } };
    const annotations = { [guardianKey]: JSON.stringify(watching) };
    on.cluster.put(Lease, { ...lease, metadata: { name: 'wf-deploy-agent', annotations } });
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? unreachable() : undefined);
    await expect(post(on)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    expect(leaseOf(on)?.holder).toBe('');
  });
});
