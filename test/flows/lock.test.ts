import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { readLease } from '../../src/domain/rollout/lease.ts';
import { signing } from '../../src/domain/rollout/lease-writes.ts';
import { Failure } from '../../src/failure.ts';
import { acquireLock, type LockRequest } from '../../src/flows/lock.ts';
import type { PatchOperation, Write } from '../../src/ports/cluster.ts';
import type { World } from '../../src/ports/world.ts';
import { patched } from '../domain/rollout/patched.ts';

/** Time that passes only when everything waits for it. */
class Time {
  now = 0;
  private readonly sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper = { at: this.now + seconds, wake: resolve };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  async pass(seconds: number): Promise<void> {
    const end = this.now + seconds;
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      const [next] = [...this.sleepers].sort((one, other) => one.at - other.at);
      if (next === undefined || next.at > end) break;
      this.sleepers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    this.now = end;
  }
}

/** One Lease, as the API server keeps it. */
class Store {
  lease?: KubernetesObject;
  down = false;
  writes = 0;
  private version = 0;

  get(): Promise<KubernetesObject | undefined> {
    return this.down ? Promise.reject(unreachable) : Promise.resolve(this.lease);
  }

  write(write: Write): Promise<KubernetesObject> {
    if (this.down) return Promise.reject(unreachable);
    const there = this.lease;
    if (write.do === 'patch') return there === undefined ? Promise.reject(notFound) : this.patch(there, write.operations);
    if (write.do !== 'create' && write.do !== 'replace') throw new Error(write.do);
    if (write.do === 'replace' && write.object.metadata.resourceVersion !== there?.metadata.resourceVersion)
      return Promise.reject(conflict);
    return this.keep(write.object);
  }

  patch(there: KubernetesObject, operations: readonly PatchOperation[]): Promise<KubernetesObject> {
    const changed = patched(there, operations);
    return changed === undefined ? Promise.reject(conflict) : this.keep(changed);
  }

  private keep(object: KubernetesObject): Promise<KubernetesObject> {
    this.writes += 1;
    this.version += 1;
    this.lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
    return Promise.resolve(this.lease);
  }
}

const unreachable = new Failure('CLUSTER_UNREACHABLE', 'no answer', '');
const conflict = new Failure('CLUSTER_CONFLICT', 'changed', '');
const notFound = new Failure('CLUSTER_NOT_FOUND', 'gone', '');

function worldOf(time: Time, store: Store, holder: string): World {
  return {
    run: { holder, page: undefined, actor: undefined, commit: undefined },
    clock: {
      monotonic: () => time.now,
      now: () => new Date(time.now * 1000),
      sleep: (seconds: number, signal?: AbortSignal) => time.sleep(seconds, signal),
    },
    log: { line: () => undefined, debug: () => undefined, annotate: () => undefined },
    cluster: { get: () => store.get(), write: (write: Write) => store.write(write) },
  } as unknown as World;
}

const request: LockRequest = { service: 'agent', namespace: 'shop', duration: 60, timeout: 600 };

async function held(time = new Time(), store = new Store(), holder = 'one') {
  const lock = await acquireLock(worldOf(time, store, holder), request);
  return { time, store, lock };
}

const beat = async (store: Store, text: string, epoch = 1): Promise<void> => {
  if (store.lease !== undefined) await store.patch(store.lease, signing(epoch, { is: 'watching', pod: 'p', epoch, beat: text }));
};

describe('a lock', () => {
  it('is renewed three times in its duration, and by its holder only', async () => {
    const { time, store, lock } = await held();
    await time.pass(61);
    expect(store.writes).toBe(1 + 3);
    expect(lock.fresh()).toBe(true);
    expect(store.lease && readLease(store.lease)).toMatchObject({ holder: 'one', epoch: 1, durationSeconds: 60 });
    lock.stop();
  });

  it('is not disturbed by what a guardian writes between two renewals', async () => {
    const { time, store, lock } = await held();
    for (let round = 0; round < 12; round += 1) {
      await beat(store, String(round));
      await time.pass(10);
    }
    await lock.record({ lastKnownGood: 'image' });
    expect(lock.lost.aborted).toBe(false);
    expect(lock.guardianLost()).toBe(false);
    expect(store.lease && readLease(store.lease)).toMatchObject({ lastKnownGood: 'image', guardian: { beat: '11' } });
    lock.stop();
  });

  it('is lost with the first renewal after someone else took it', async () => {
    const { time, store, lock } = await held();
    if (store.lease !== undefined)
      await store.patch(store.lease, [
        { op: 'add', path: '/spec/holderIdentity', value: 'guardian/p' },
        { op: 'add', path: '/metadata/annotations/wf-deploy.io~1epoch', value: '2' },
      ]);
    const writes = store.writes;
    await time.pass(25);
    expect(lock.lost.aborted).toBe(true);
    await expect(lock.record({})).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(store.writes).toBe(writes);
    lock.stop();
  });

  it('of a dead run can be taken although its guardian beats', async () => {
    const { time, store, lock } = await held();
    lock.stop();
    const taking = acquireLock(worldOf(time, store, 'two'), request);
    for (let round = 0; round < 6; round += 1) {
      await beat(store, String(round));
      await time.pass(10);
    }
    await time.pass(5);
    const second = await taking;
    expect(second.epoch).toBe(2);
    expect(time.now).toBeLessThan(90);
    second.stop();
  });
});

describe('the heartbeat, as its renewals show it', () => {
  it('is lost when three are missing', async () => {
    const { time, store, lock } = await held();
    await beat(store, 'last');
    await time.pass(21);
    expect(lock.guardianLost()).toBe(false);
    await time.pass(40);
    expect(lock.guardianLost()).toBe(true);
    lock.stop();
  });

  it('is not missed during an outage, nor right after it', async () => {
    const { time, store, lock } = await held();
    await beat(store, 'before');
    await time.pass(21);
    store.down = true;
    await time.pass(180);
    expect(lock.guardianLost()).toBe(false);
    store.down = false;
    await time.pass(3);
    expect(lock.fresh()).toBe(true);
    expect(lock.guardianLost()).toBe(false);
    lock.stop();
  });
});
