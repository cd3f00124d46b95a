import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../src/domain/kubernetes/kinds.ts';
import { readLease } from '../../src/domain/rollout/lease.ts';
import { signing } from '../../src/domain/rollout/lease-writes.ts';
import type { Lock } from '../../src/flows/held-lock.ts';
import { acquireLock, type LockRequest } from '../../src/flows/lock.ts';
import { patched } from '../domain/rollout/patched.ts';
import { forbidden, unreachable } from './memory-cluster/failures.ts';
import { unheard } from './memory-cluster/unheard.ts';
import { type Stage, stage } from './stand-ins.ts';
import { through } from './through.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { firstEpoch } from './virtual-clock.ts';

const request: LockRequest = { service: 'agent', namespace: 'shop', duration: 60, timeout: 600 };
const name = 'wf-deploy-agent';

const acquire = (on: Stage, more: Partial<LockRequest> = {}): Promise<Lock> =>
  on.clock.until(acquireLock(on.world, { ...request, ...more }));
const view = ({ cluster }: Stage) => {
  const object = cluster.find(Lease, name);
  return object === undefined ? undefined : readLease(object);
};

/** Two runs of the same service. */
function two(): readonly [Stage, Stage] {
  const one = stage({ holder: 'run-1' });
  return [one, stage({ holder: 'run-2' }, one)];
}

/** The guardian of an epoch gives a sign of life. */
function beat({ cluster }: Stage, text: string, epoch = firstEpoch): void {
  const lease = cluster.find(Lease, name);
  const signed = lease === undefined ? undefined : patched(lease, signing(epoch, { is: 'watching', pod: 'p', epoch, beat: text }));
  if (signed === undefined) throw new Error('There is no Lease of that epoch.');
  cluster.put(Lease, signed);
}

/** No answer, for as long as the connection waits for one. */
async function never(clock: VirtualClock, signal?: AbortSignal): Promise<never> {
  await clock.sleep(10, signal);
  throw signal?.aborted === true ? signal.reason : unreachable();
}

/** A run that died: its Lease is there and nobody renews it. */
async function dead(on: Stage): Promise<void> {
  const lock = await acquire(on);
  lock.stop();
}

describe('the lock', () => {
  it('is taken at once where there is no Lease, and where nobody has it', async () => {
    const [one, other] = two();
    const first = await acquire(one);
    expect([first.epoch, first.found, view(one)?.holder]).toEqual([firstEpoch, undefined, 'run-1']);
    await first.record({ release: true });
    first.stop();
    const second = await acquire(other);
    expect([second.epoch, second.found?.holder, view(one)?.holder]).toEqual([firstEpoch + 1, '', 'run-2']);
    expect(one.clock.monotonic()).toBe(1000);
    second.stop();
  });

  it('is renewed three times in its duration while its holder lives, and waited for in vain', async () => {
    const [one, other] = two();
    const lock = await acquire(one);
    await expect(acquire(other, { timeout: 185 })).rejects.toMatchObject({
      code: 'LOCK_HELD',
      what: expect.stringMatching(/held by run-1 for the whole 3m5s of `lock-timeout`/),
    });
    expect(one.cluster.writes().filter((write) => write === `patch Lease ${name}`)).toHaveLength(9);
    expect(other.lines).toEqual(['Waiting for the lock: run-1 is deploying agent.']);
    expect(lock.fresh()).toBe(true);
    lock.stop();
  });

  it('of a dead run is taken after it stood unchanged for its whole duration', async () => {
    const [one, other] = two();
    await dead(one);
    const lock = await acquire(other);
    expect(one.clock.monotonic() - 1000).toBe(60);
    expect([lock.epoch, lock.found?.holder]).toEqual([firstEpoch + 1, 'run-1']);
    lock.stop();
  });

  it('is counted anew from every change: only an unbroken silence is one', async () => {
    const [one, other] = two();
    const lock = await acquire(one);
    const waiting = acquireLock(other.world, request);
    await one.clock.pass(50);
    lock.stop();
    const taken = await one.clock.until(waiting);
    // The last renewal was after 40 s.
    expect(one.clock.monotonic() - 1000).toBeGreaterThanOrEqual(100);
    taken.stop();
  });

  it('an outage starts the counting anew: its holder could not renew it either', async () => {
    const [one, other] = two();
    const lock = await acquire(one);
    const waiting = acquireLock(other.world, { ...request, timeout: 300 });
    waiting.catch(() => undefined);
    await one.clock.pass(10);
    one.cluster.failing = unreachable;
    await one.clock.pass(90);
    // The waiting one is answered first.
    one.cluster.failing = unheard('run-1');
    await one.clock.pass(2.5);
    one.cluster.failing = () => undefined;
    await expect(one.clock.until(waiting)).rejects.toMatchObject({ code: 'LOCK_HELD', what: expect.stringContaining('run-1') });
    expect([lock.lost.aborted, view(one)?.epoch]).toEqual([false, firstEpoch]);
    lock.stop();
  });

  it('a short outage too breaks the silence of a dead run', async () => {
    const [one, other] = two();
    await dead(one);
    const waiting = acquireLock(other.world, request);
    await one.clock.pass(31);
    one.cluster.failing = unreachable;
    await one.clock.pass(2);
    one.cluster.failing = () => undefined;
    const taken = await one.clock.until(waiting);
    expect(one.clock.monotonic() - 1000).toBeGreaterThanOrEqual(93);
    taken.stop();
  });

  it('reads that are further apart than half of its duration are no silence: this process was stopped, or its machine', async () => {
    const [one, other] = two();
    await dead(one);
    const slow = through(one.cluster, {
      get: async (...call) => {
        await one.clock.sleep(31);
        return await one.cluster.get(...call);
      },
    });
    const waiting = acquireLock({ ...other.world, cluster: slow }, { ...request, timeout: 200 });
    await expect(one.clock.until(waiting)).rejects.toMatchObject({ code: 'LOCK_HELD' });
  });

  it.each([86_400, -86_400])('does not care for a wall clock that is wrong by %i s', async (wallError) => {
    const [one, other] = two();
    await dead(one);
    one.clock.wallError = wallError;
    const lock = await acquire(other);
    expect(one.clock.monotonic() - 1000).toBe(60);
    lock.stop();
  });

  it('of a dead run is taken in the same time although its guardian beats', async () => {
    const [one, other] = two();
    await dead(one);
    const waiting = acquireLock(other.world, request);
    for (let round = 0; round < 5; round += 1) {
      beat(one, String(round));
      await one.clock.pass(10);
    }
    const lock = await one.clock.until(waiting);
    expect([one.clock.monotonic() - 1000, lock.epoch]).toEqual([60, firstEpoch + 1]);
    lock.stop();
  });

  it('of a known dead predecessor is taken at once, and of nobody else', async () => {
    const [one, other] = two();
    await dead(one);
    const lock = await acquire(other, { successorOf: 'run-1' });
    expect([one.clock.monotonic() - 1000, lock.epoch]).toEqual([0, firstEpoch + 1]);
    lock.stop();
    const third = stage({ holder: 'run-3' }, one);
    await acquire(third, { successorOf: 'run-1' });
    expect(one.clock.monotonic() - 1000).toBe(60);
  });

  it('that is found taken by a write whose answer was lost is as old as that write: others count from there', async () => {
    const [one] = two();
    const { cluster, clock } = one;
    const slow = through(one.cluster, {
      write: async (...call) => {
        const stored = await cluster.write(...call);
        if (call[0].do !== 'create') return stored;
        await clock.sleep(30);
        // Nor does any renewal arrive.
        cluster.failing = unheard('run-1');
        throw unreachable();
      },
    });
    const lock = await clock.until(acquireLock({ ...one.world, cluster: slow }, request));
    const waited = clock.monotonic() - 1000;
    expect([waited > 30, lock.epoch]).toEqual([true, firstEpoch]);
    await clock.pass(59 - waited);
    expect(lock.fresh()).toBe(true);
    await clock.pass(2);
    expect(lock.fresh()).toBe(false);
    cluster.failing = () => undefined;
    await clock.pass(3);
    expect(lock.fresh()).toBe(true);
    lock.stop();
  });

  it('is found taken while it still holds, however short it is, where the answer never comes', async () => {
    const one = stage();
    const silent = through(one.cluster, {
      write: async (write, signal) => {
        const stored = await one.cluster.write(write, signal);
        return write.do === 'create' ? await never(one.clock, signal) : stored;
      },
    });
    const lock = await one.clock.until(acquireLock({ ...one.world, cluster: silent }, { ...request, duration: 5 }));
    expect([lock.epoch, one.clock.monotonic() - 1000 < 5]).toEqual([firstEpoch, true]);
    lock.stop();
  });

  it('goes to one of two that want it in the same moment', async () => {
    const [one, other] = two();
    const [first, second] = [acquireLock(one.world, request), acquireLock(other.world, { ...request, timeout: 10 })];
    const results = await one.clock.until(Promise.allSettled([first, second]));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(view(one)).toMatchObject({ holder: 'run-1', epoch: firstEpoch });
  });

  it('is not waited for by a run that was cancelled', async () => {
    const [one, other] = two();
    const lock = await acquire(one);
    const cancel = new AbortController();
    const waiting = acquireLock(other.world, { ...request, signal: cancel.signal });
    await one.clock.pass(5);
    cancel.abort(new Error('cancelled'));
    await expect(one.clock.until(waiting)).rejects.toThrow('cancelled');
    lock.stop();
  });
});

describe('a lock in hand', () => {
  it('is not disturbed by what a guardian writes between two renewals', async () => {
    const one = stage();
    const lock = await acquire(one);
    for (let round = 0; round < 12; round += 1) {
      beat(one, String(round));
      await one.clock.pass(10);
    }
    await lock.record({ lastKnownGood: 'shop/agent:1' });
    expect([lock.lost.aborted, lock.fresh(), lock.guardianLost()]).toEqual([false, true, false]);
    expect(view(one)).toMatchObject({ holder: 'run-1', lastKnownGood: 'shop/agent:1', guardian: { beat: '11' } });
    expect(one.cluster.calls.filter(({ verb }) => verb === 'get')).toHaveLength(1);
    lock.stop();
  });

  it('is kept when someone else annotates the Lease', async () => {
    const one = stage();
    const lock = await acquire(one);
    const object = one.cluster.find(Lease, name);
    if (object !== undefined)
      one.cluster.put(Lease, {
        ...object,
        metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, note: 'mine' } },
      });
    await one.clock.until(lock.record({ lastKnownGood: 'shop/agent:1' }));
    expect(view(one)).toMatchObject({ holder: 'run-1', epoch: firstEpoch, lastKnownGood: 'shop/agent:1' });
    expect(one.cluster.find(Lease, name)?.metadata.annotations).toMatchObject({ note: 'mine' });
    expect(lock.lost.aborted).toBe(false);
    lock.stop();
  });

  it.each([
    [
      'was taken over',
      (on: Stage) => acquireLock(stage({ holder: 'run-2' }, on).world, { ...request, successorOf: 'run-1' }).then((lock) => lock.stop()),
      'run-2',
    ],
    ['was deleted', (on: Stage) => Promise.resolve(on.cluster.remove(Lease, name)), 'someone who deleted or released it'],
  ] as const)('is lost at the next renewal when it %s, and nothing is written any more', async (_, happen, by) => {
    const one = stage();
    const lock = await acquire(one);
    await one.clock.until(happen(one));
    await one.clock.pass(21);
    expect(lock.lost.aborted).toBe(true);
    expect(lock.lost.reason).toMatchObject({ code: 'LOCK_LOST', what: expect.stringContaining(by) });
    expect(lock.fresh()).toBe(false);
    const before = one.cluster.writes().length;
    await expect(lock.record({ lastKnownGood: 'x' })).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await one.clock.pass(120);
    expect(one.cluster.writes()).toHaveLength(before);
  });

  it('is lost by a record too, even to a later epoch of the same name', async () => {
    const one = stage();
    const lock = await acquire(one);
    const again = await acquire(one, { successorOf: 'run-1' });
    expect(again.epoch).toBe(firstEpoch + 1);
    await expect(lock.record({})).rejects.toMatchObject({ code: 'LOCK_LOST' });
    again.stop();
  });

  it('survives an outage that is shorter than its duration, and says when it cannot know any more', async () => {
    const one = stage();
    const lock = await acquire(one);
    one.cluster.failing = unreachable;
    await one.clock.pass(59);
    expect([lock.fresh(), lock.lost.aborted]).toEqual([true, false]);
    await one.clock.pass(2);
    expect([lock.fresh(), lock.lost.aborted]).toEqual([false, false]);
    one.cluster.failing = () => undefined;
    await one.clock.pass(3);
    expect([lock.fresh(), lock.lost.aborted]).toEqual([true, false]);
    lock.stop();
  });

  it('is lost after an outage in which a successor came', async () => {
    const [one, other] = two();
    const lock = await acquire(one);
    one.cluster.failing = unheard('run-1');
    const successor = await acquire(other);
    one.cluster.failing = () => undefined;
    await one.clock.pass(3);
    expect([lock.lost.aborted, lock.fresh(), view(one)?.holder]).toEqual([true, false, 'run-2']);
    successor.stop();
  });

  it.each([5, 12, 60])('that lasts %i s is not lost by one renewal whose answer never comes', async (duration) => {
    const one = stage();
    let renewals = 0;
    const silentOnce = through(one.cluster, {
      write: async (write, signal) => {
        const stored = await one.cluster.write(write, signal);
        if (write.do === 'patch') renewals += 1;
        return write.do === 'patch' && renewals === 2 ? await never(one.clock, signal) : stored;
      },
    });
    const lock = await one.clock.until(acquireLock({ ...one.world, cluster: silentOnce }, { ...request, duration }));
    for (let tenths = 0; tenths < duration * 20; tenths += 1) {
      await one.clock.pass(0.1);
      if (!lock.fresh()) throw new Error(`Not renewed in time, after ${tenths / 10} s.`);
    }
    expect([lock.lost.aborted, renewals > 4]).toEqual([false, true]);
    lock.stop();
  });

  it('counts from when a renewal was sent, however late its answer: so does whoever waits for it', async () => {
    const one = stage();
    const { cluster, clock } = one;
    const late = through(one.cluster, {
      write: async (...call) => {
        const stored = await cluster.write(...call);
        if (call[0].do !== 'patch') return stored;
        cluster.failing = unheard('run-1');
        await clock.sleep(8);
        return stored;
      },
    });
    const lock = await clock.until(acquireLock({ ...one.world, cluster: late }, request));
    // Sent after 20 s.
    await clock.pass(79);
    expect(lock.fresh()).toBe(true);
    await clock.pass(2);
    expect(lock.fresh()).toBe(false);
    lock.stop();
  });

  it('writes one change after the other, and the failure of one does not hold up the next', async () => {
    const one = stage();
    const lock = await acquire(one);
    let failures = 1;
    one.cluster.failing = () => (failures-- > 0 ? forbidden() : undefined);
    const both = Promise.allSettled([lock.record({ lastKnownGood: 'a' }), lock.record({ lastKnownGood: 'b' })]);
    expect((await one.clock.until(both)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(view(one)?.lastKnownGood).toBe('b');
    lock.stop();
  });

  it('that was stopped is left to expire', async () => {
    const one = stage();
    await dead(one);
    const before = one.cluster.writes().length;
    await one.clock.pass(300);
    expect(one.cluster.writes()).toHaveLength(before);
    expect(view(one)?.holder).toBe('run-1');
  });
});

describe('the heartbeat of the guardian, as the renewals show it', () => {
  it('is lost when three are missing', async () => {
    const one = stage();
    const lock = await acquire(one);
    beat(one, 'last');
    await one.clock.pass(21);
    expect(lock.guardianLost()).toBe(false);
    await one.clock.pass(40);
    expect(lock.guardianLost()).toBe(true);
    beat(one, 'again');
    await one.clock.pass(20);
    expect(lock.guardianLost()).toBe(false);
    lock.stop();
  });

  it('is not missed during an outage, nor right after it', async () => {
    const one = stage();
    const lock = await acquire(one);
    beat(one, 'before');
    await one.clock.pass(21);
    one.cluster.failing = unreachable;
    await one.clock.pass(180);
    expect(lock.guardianLost()).toBe(false);
    one.cluster.failing = () => undefined;
    await one.clock.pass(3);
    expect([lock.fresh(), lock.guardianLost()]).toEqual([true, false]);
    lock.stop();
  });
});
