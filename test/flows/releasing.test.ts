import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../src/domain/kubernetes/kinds.ts';
import { readLease } from '../../src/domain/rollout/lease.ts';
import { Failure } from '../../src/failure.ts';
import { acquireLock } from '../../src/flows/lock.ts';
import { releasing, releasingAll } from '../../src/flows/releasing.ts';
import { unheard } from './memory-cluster/unheard.ts';
import { type Stage, stage } from './stand-ins.ts';

const taken = async (on: Stage, service = 'agent') =>
  await on.clock.until(acquireLock(on.world, { service, namespace: 'shop', duration: 60, timeout: 0 }));

const holders = ({ cluster }: Stage): readonly string[] => cluster.objectsOf(Lease).map((lease) => readLease(lease).holder);

const refused = (): Promise<never> => Promise.reject(new Failure('PREFLIGHT_FAILED', 'The Service is missing.', 'Add it.'));

describe('work under a lock', () => {
  it('that throws gives it away, and throws the same', async () => {
    const on = stage();
    const lock = await taken(on);
    await expect(on.clock.until(releasing(on.world, lock, refused))).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect([holders(on), on.handedOver]).toEqual([[''], [{ open: 'false' }]]);
  });

  it('that does not keeps it', async () => {
    const on = stage();
    const lock = await taken(on);
    expect(await on.clock.until(releasing(on.world, lock, () => Promise.resolve(7)))).toBe(7);
    expect(holders(on)).toEqual(['run-1']);
    lock.stop();
  });

  it.each([
    ['cannot be given away', unheard('run-1'), 'The API server gave no answer.'],
    ['is not given away because of a defect', () => new TypeError('no such field'), 'no such field'],
  ])('that throws while the lock %s throws the same, and nothing renews it', async (_, failing, why) => {
    const on = stage();
    const lock = await taken(on);
    on.cluster.failing = failing;
    await expect(on.clock.until(releasing(on.world, lock, refused))).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect(on.lines).toEqual([`The lock was not given away, it expires by itself: ${why}`]);
    on.cluster.failing = () => undefined;
    const before = on.cluster.calls.length;
    await on.clock.pass(300);
    expect(on.cluster.calls.length).toBe(before);
  });

  it('under several gives every one away that was taken by then', async () => {
    const on = stage();
    const locks = [await taken(on), await taken(on, 'zeta')];
    const work = releasingAll(() => locks.map((lock) => ({ world: on.world, lock })), refused);
    await expect(on.clock.until(work)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect(holders(on)).toEqual(['', '']);
  });
});
