import { describe, expect, it } from '@jest/globals';
import type { Undo } from '../../src/domain/guardian/undo.ts';
import { Event, Lease } from '../../src/domain/kubernetes/kinds.ts';
import { firstMove, step } from '../../src/guardian/guard.ts';
import { perform } from '../../src/guardian/perform.ts';
import type { Guard } from '../../src/guardian/state.ts';
import { app } from '../domain/traffic/httproute/fixtures.ts';
import { type Shop, shop } from '../flows/canary/shop.ts';
import { unreachable } from '../flows/memory-cluster/failures.ts';
import { leaseOf, left } from '../flows/operations/on-shop.ts';
import { handsOn } from './hands-on.ts';

const undo: Undo = {
  router: 'gateway-api',
  app,
  stableDeployment: 'agent',
  lease: 'wf-deploy-agent',
  epoch: 5,
  leaseSeconds: 60,
  restoreSeconds: 600,
};

/** A guardian whose last word arrives, and whose answer is lost. `then`: what happens before it says it again. */
async function guarded(on: Shop, then: () => void): Promise<Guard> {
  const { cluster, clock } = on;
  let lost = false;
  const hands = handsOn(
    {
      get: (...call) => cluster.get(...call),
      write: async (write, signal) => {
        const stored = await cluster.write(write, signal);
        if (lost || write.do !== 'patch' || !JSON.stringify(write.operations).includes('acted')) return stored;
        lost = true;
        then();
        throw unreachable();
      },
    },
    clock,
    undo,
  );
  let { state, action } = firstMove;
  await clock.until(
    (async () => {
      while (action.do !== 'end') ({ state, action } = step({ ...undo, me: hands.me }, state, await perform(hands, action)));
    })(),
  );
  expect(lost).toBe(true);
  return state;
}

/** Someone else has the Lease since, and perhaps has his own guardian's word in it. */
function takenBy({ cluster }: Shop, sign?: object): void {
  const lease = cluster.find(Lease, 'wf-deploy-agent');
  if (lease === undefined) throw new Error('There is a Lease.');
  const { annotations } = lease.metadata;
  const said = sign === undefined ? {} : { 'wf-deploy.io/guardian': JSON.stringify(sign) };
  cluster.put(Lease, {
    ...lease,
    metadata: { ...lease.metadata, annotations: { ...annotations, ...said, 'wf-deploy.io/epoch': '7' } },
    spec: { ...(lease['spec'] as object), holderIdentity: 'run-2' },
  });
}

describe('a last word whose answer is lost', () => {
  it.each([
    ['nobody has the Lease', () => undefined],
    ['a successor has it', takenBy],
  ])('is found in the Lease, and the Event is written (%s)', async (_, then) => {
    const on = shop();
    left(on, 'stages', 'run-1');
    expect(await guarded(on, () => then(on))).toEqual({ phase: 'ended', because: 'weight 0' });
    expect(leaseOf(on)?.guardian).toMatchObject({ is: 'acted', pod: 'pod-1', epoch: 6 });
    expect(on.cluster.objectsOf(Event)).toHaveLength(1);
  });

  it.each([
    ['another pod', { is: 'acted', pod: 'pod-2', epoch: 6, at: 'a', after: 'b', did: 'c' }],
    ['another epoch', { is: 'acted', pod: 'pod-1', epoch: 7, at: 'a', after: 'b', did: 'c' }],
    ['one that watches', { is: 'watching', pod: 'pod-1', epoch: 6, beat: '1' }],
  ])('is not the word of %s', async (_, sign) => {
    const on = shop();
    left(on, 'stages', 'run-1');
    expect(await guarded(on, () => takenBy(on, sign))).toEqual({ phase: 'ended', because: 'overtaken' });
    expect(on.cluster.objectsOf(Event)).toEqual([]);
  });
});
