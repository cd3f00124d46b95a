import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../src/domain/rollout/lease.ts';
import { Failure } from '../../src/failure.ts';
import { endUnder, giveAllAway, giveAway } from '../../src/flows/give-away.ts';
import { acquireLock } from '../../src/flows/lock.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { World } from '../../src/ports/worlds/cluster.ts';
import { forbidden } from './memory-cluster/failures.ts';
import { unheard } from './memory-cluster/unheard.ts';
import { type Stage, stage } from './stand-ins.ts';
import { through } from './through.ts';

const taken = async (on: Stage, service = 'agent') =>
  await on.clock.until(acquireLock(on.world, { service, namespace: 'shop', duration: 60, timeout: 0 }));

const leaseIn = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject);

/** Whether anything is asked of the cluster while five of its durations pass. */
async function isRenewed(on: Stage): Promise<boolean> {
  on.cluster.failing = () => undefined;
  const before = on.cluster.calls.length;
  await on.clock.pass(300);
  return on.cluster.calls.length > before;
}

/** Nothing that is written into the Lease arrives at first. */
async function unansweredFor30Seconds(on: Stage, work: () => Promise<void>): Promise<void> {
  on.cluster.failing = unheard('run-1');
  const working = work();
  await on.clock.pass(30);
  const { holder, lastKnownGood } = leaseIn(on);
  expect([holder, lastKnownGood]).toEqual(['run-1', undefined]);
  on.cluster.failing = () => undefined;
  await on.clock.until(working);
}

describe('a lock', () => {
  it('is given away with the last words in one write, and nothing is left to the `post` step', async () => {
    const on = stage();
    const lock = await taken(on);
    const before = on.cluster.calls.length;
    await on.clock.until(giveAway(on.world, lock, { lastKnownGood: 'agent:v2' }));
    expect(on.cluster.calls.slice(before).map(({ verb }) => verb)).toEqual(['patch']);
    expect(leaseIn(on)).toMatchObject({ holder: '', lastKnownGood: 'agent:v2' });
    expect([on.handedOver, on.lines]).toEqual([[{ open: 'false' }], []]);
    expect(await isRenewed(on)).toBe(false);
  });

  it('that cannot be given away is left to `post` and to expire: that is said, and nothing renews it', async () => {
    const on = stage();
    const lock = await taken(on);
    on.cluster.failing = unheard('run-1');
    await on.clock.until(giveAway(on.world, lock));
    expect(on.lines).toEqual(['The lock was not given away, it expires by itself: The API server gave no answer.']);
    expect([leaseIn(on).holder, on.handedOver]).toEqual(['run-1', []]);
    expect(await isRenewed(on)).toBe(false);
  });

  it('with last words is given away although an answer is missing: what they say is not lost', async () => {
    const on = stage();
    const lock = await taken(on);
    await unansweredFor30Seconds(on, () => giveAway(on.world, lock, { lastKnownGood: 'agent:v2' }));
    expect(leaseIn(on)).toMatchObject({ holder: '', lastKnownGood: 'agent:v2' });
    expect([on.handedOver, lock.lost.aborted, await isRenewed(on)]).toEqual([[{ open: 'false' }], false, false]);
  });

  it('with last words that never arrive is left to expire like any other', async () => {
    const on = stage();
    const lock = await taken(on);
    on.cluster.failing = unheard('run-1');
    await on.clock.until(giveAway(on.world, lock, { lastKnownGood: 'agent:v2' }));
    expect(on.lines.at(-1)).toBe('The lock was not given away, it expires by itself: The API server gave no answer.');
    expect([on.handedOver, await isRenewed(on), leaseIn(on).holder]).toEqual([[], false, 'run-1']);
  });

  it('whose last words cannot be read is left as well', async () => {
    const on = stage();
    const lock = await taken(on);
    await on.clock.until(giveAway(on.world, lock, () => Promise.reject(forbidden())));
    expect(on.lines).toEqual(['The lock was not given away, it expires by itself: The account may not do that.']);
    expect(await isRenewed(on)).toBe(false);
  });

  it('that somebody else has by now is not said to expire', async () => {
    const on = stage();
    const lock = await taken(on);
    const other = stage({ holder: 'run-2' }, on);
    const theirs = await on.clock.until(
      acquireLock(other.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0, takeOver: true }),
    );
    await on.clock.until(giveAway(on.world, lock));
    theirs.stop();
    expect(on.lines).toEqual(['Lease shop/wf-deploy-agent was taken by run-2.']);
    expect([leaseIn(on).holder, on.handedOver]).toEqual(['run-2', []]);
  });

  it('hides no defect, and is not renewed after one either', async () => {
    const on = stage();
    const lock = await taken(on);
    on.cluster.failing = ({ write }) => (write === undefined ? undefined : new TypeError('no such field'));
    await expect(on.clock.until(giveAway(on.world, lock))).rejects.toThrow('no such field');
    expect(await isRenewed(on)).toBe(false);
  });

  const lostAnswer = new Failure('CLUSTER_UNREACHABLE', 'The API server gave no answer.', 'Look at it.');

  it.each([
    ['arrives late', undefined, 'nobody', [{ open: 'false' }]],
    ['arrives, and its answer is lost', lostAnswer, 'nobody', [{ open: 'false' }]],
    ['arrives, its answer is lost, and somebody takes it', lostAnswer, 'run-2', []],
  ] as const)('whose last words go out as it was to be renewed is not lost when the write %s', async (_, answer, taker, handedOver) => {
    const on = stage();
    const next = stage({ holder: 'run-2' }, on);
    const request = { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 };
    let first = true;
    const slow: Cluster['write'] = async (write, signal) => {
      const given = first && write.do === 'patch' && JSON.stringify(write.operations).includes('"agent:v2"');
      const written = await on.cluster.write(write, signal);
      if (given) {
        first = false;
        // Long enough for renewals to fall due, and for somebody to ask something.
        await on.clock.sleep(45);
        lock.answer({ id: 'r', is: 'refused', text: 'It is over.' });
        if (taker !== 'nobody') (await acquireLock(next.world, request)).stop();
        if (answer !== undefined) throw answer;
      }
      return written;
    };
    const world: World = { ...on.world, cluster: through(on.cluster, { write: slow }) };
    const lock = await on.clock.until(acquireLock(world, request));
    await on.clock.until(giveAway(world, lock, { lastKnownGood: 'agent:v2' }));
    expect(on.handedOver).toEqual(handedOver);
    if (taker === 'nobody') (await taken(next)).stop();
    lock.answer({ id: 's', is: 'refused', text: 'It is over.' });
    await on.clock.pass(120);
    expect([lock.lost.aborted, leaseIn(on).holder, leaseIn(on).lastKnownGood]).toEqual([false, 'run-2', 'agent:v2']);
  });

  it('of several is not kept by another that cannot be given away', async () => {
    const on = stage();
    const [lock, other] = [await taken(on), await taken(on, 'zeta')];
    on.cluster.failing = (call) => (call.name === 'wf-deploy-zeta' ? forbidden() : undefined);
    await on.clock.until(giveAllAway([other, lock].map((each) => ({ world: on.world, lock: each }))));
    expect(leaseIn(on).holder).toBe('');
    expect(on.lines).toEqual(['The lock was not given away, it expires by itself: The account may not do that.']);
    expect(await isRenewed(on)).toBe(false);
  });
});

describe('what goes on under the same lock', () => {
  it('writes how something ended and keeps it', async () => {
    const on = stage();
    const lock = await taken(on);
    await on.clock.until(endUnder(on.world, lock, { lastKnownGood: 'agent:v2' }));
    expect(leaseIn(on)).toMatchObject({ holder: 'run-1', lastKnownGood: 'agent:v2' });
    expect(on.handedOver).toEqual([]);
    expect(await isRenewed(on)).toBe(true);
    lock.stop();
  });

  it('writes it as soon as the API server answers again', async () => {
    const on = stage();
    const lock = await taken(on);
    await unansweredFor30Seconds(on, () => endUnder(on.world, lock, { lastKnownGood: 'agent:v2' }));
    expect(leaseIn(on)).toMatchObject({ holder: 'run-1', lastKnownGood: 'agent:v2' });
    lock.stop();
  });

  it('says that it could not, and keeps it all the same', async () => {
    const on = stage();
    const lock = await taken(on);
    on.cluster.failing = unheard('run-1');
    await on.clock.until(endUnder(on.world, lock, { lastKnownGood: 'agent:v2' }));
    expect(on.lines.at(-1)).toBe('How it ended was not written into the Lease: The API server gave no answer.');
    expect(await isRenewed(on)).toBe(true);
    lock.stop();
  });
});
