import { expect, it } from '@jest/globals';
import { Lease } from '../../src/domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../../src/domain/rollout/lease.ts';
import { acquireLock } from '../../src/flows/lock.ts';
import { inheritLock, postPatience } from '../../src/flows/successor.ts';
import { unreachable } from './memory-cluster/failures.ts';
import { type Stage, stage } from './stand-ins.ts';
import { firstEpoch } from './virtual-clock.ts';

const place = { service: 'agent', namespace: 'shop', duration: 60 };

async function left(): Promise<Stage> {
  const on = stage();
  const lock = await on.clock.until(acquireLock(on.world, { ...place, timeout: 0 }));
  lock.stop();
  return stage({ holder: 'post' }, on);
}

const holderOf = ({ cluster }: Stage): string | undefined => {
  const lease = cluster.find(Lease, leaseName('agent'));
  return lease === undefined ? undefined : readLease(lease).holder;
};

it('takes the lock of the run that it comes after at once', async () => {
  const on = await left();
  const began = on.clock.monotonic();
  const lock = await on.clock.until(inheritLock(on.world, 'run-1', place));
  expect([lock?.epoch, lock?.found?.holder, holderOf(on), on.clock.monotonic()]).toEqual([firstEpoch + 1, 'run-1', 'post', began]);
  lock?.stop();
});

it('leaves that of anybody else, and where there is none', async () => {
  const on = await left();
  expect(await on.clock.until(inheritLock(on.world, 'run-0', place))).toBeUndefined();
  expect(holderOf(on)).toBe('run-1');
  const fresh = stage();
  expect(await fresh.clock.until(inheritLock(fresh.world, 'run-1', place))).toBeUndefined();
  expect(fresh.cluster.writes()).toEqual([]);
});

it.each(['get', 'replace'] as const)('asks again where the answer to %s did not come', async (lost) => {
  const on = await left();
  let times = 0;
  on.cluster.failing = ({ verb }) => {
    if (verb !== lost || times >= 3) return undefined;
    times += 1;
    return unreachable();
  };
  const lock = await on.clock.until(inheritLock(on.world, 'run-1', place));
  expect([times, holderOf(on)]).toEqual([3, 'post']);
  lock?.stop();
});

it('leaves the lock to nobody where somebody else had it, and has ended, while no answer came', async () => {
  const on = await left();
  const other = stage({ holder: 'run-2' }, on);
  let seen = 0;
  on.cluster.failing = ({ verb, write }) => {
    if (verb === 'get') seen += 1;
    const isPost = JSON.stringify(write ?? {}).includes('"holderIdentity":"post"');
    return isPost && on.clock.monotonic() < began + 40 ? unreachable() : undefined;
  };
  const began = on.clock.monotonic();
  const inheriting = inheritLock(on.world, 'run-1', place);
  const faster = async (): Promise<void> => {
    await on.clock.sleep(10);
    const lock = await acquireLock(other.world, { ...place, timeout: 0, successorOf: 'run-1' });
    await lock.record({ release: true });
    lock.stop();
  };
  const [lock] = await on.clock.until(Promise.all([inheriting, faster()]));
  expect(lock).toBeUndefined();
  expect([seen > 1, holderOf(on)]).toEqual([true, '']);
});

it('gives up when its time is over, which is never that of a whole rollout', async () => {
  const on = await left();
  on.cluster.failing = () => unreachable();
  const began = on.clock.monotonic();
  await expect(on.clock.until(inheritLock(on.world, 'run-1', { ...place, seconds: 30 }))).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
  });
  expect(on.clock.monotonic() - began).toBeLessThan(40);
  expect([postPatience({ rolloutTimeout: 60 }), postPatience({ rolloutTimeout: 3600 })]).toEqual([60, 200]);
});
