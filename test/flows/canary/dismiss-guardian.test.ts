import { describe, expect, it } from '@jest/globals';
import { Job } from '../../../src/domain/kubernetes/kinds.ts';
import type { LeaseView } from '../../../src/domain/rollout/lease.ts';
import { Failure } from '../../../src/failure.ts';
import { dismissGuardian, dismissLeftGuardian } from '../../../src/flows/canary/dismiss-guardian.ts';
import type { Lock } from '../../../src/flows/held-lock.ts';
import { handLock } from '../locks.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { planOf, type Shop, shop } from './shop.ts';

const name = 'wf-deploy-guardian-agent';
const posted = (epoch = 3): Shop => {
  const on = shop();
  const annotations = { 'wf-deploy.io/epoch': `${epoch}` };
  on.cluster.put(Job, { apiVersion: Job.apiVersion, kind: Job.kind, metadata: { name, uid: 'mine', annotations } });
  return on;
};
const held = ({ world }: Shop, lock: Lock = handLock()) => ({ world, lock });

describe('a guardian', () => {
  it('is dismissed by its uid, so that a successor’s stays', async () => {
    const on = posted();
    await dismissGuardian(held(on), 'shop', 'agent');
    expect(on.cluster.calls.at(-1)).toMatchObject({ verb: 'delete', write: { uid: 'mine' } });
    await dismissGuardian(held(on), 'shop', 'agent');
    expect(on.cluster.calls.at(-1)).toMatchObject({ verb: 'get' });
  });

  it('of an earlier run is dismissed by whoever comes after it', async () => {
    const on = posted(2);
    await dismissGuardian(held(on), 'shop', 'agent');
    expect(on.cluster.find(Job, name)).toBeUndefined();
  });

  it('of a later run stays: this one has slept, and is not the one that holds the Lease', async () => {
    const on = posted(4);
    await expect(dismissGuardian(held(on), 'shop', 'agent')).rejects.toMatchObject({
      code: 'LOCK_LOST',
      what: 'Job shop/wf-deploy-guardian-agent is of epoch 4, and this run has 3.',
    });
    expect(on.cluster.find(Job, name)).toBeDefined();
  });

  it('stays where the lock was not renewed in time and is not ours any more', async () => {
    const on = posted();
    const lost = new Failure('LOCK_LOST', 'Lease shop/wf-deploy-agent was taken by run-2.', 'See that run.');
    const lock = { ...handLock(() => false), record: () => Promise.reject(lost) };
    await expect(dismissGuardian(held(on, lock), 'shop', 'agent')).rejects.toBe(lost);
    expect(on.cluster.find(Job, name)).toBeDefined();
  });

  describe('that an earlier run may have left', () => {
    const lease: LeaseView = { holder: '', epoch: 1, resourceVersion: '1', durationSeconds: 60, sign: '' };
    const watched: LeaseView = { ...lease, guardian: { is: 'watching', pod: 'p', epoch: 1, beat: '1' } };
    const dismiss = (on: Shop, found: LeaseView | undefined, guardian = 'false') =>
      dismissLeftGuardian(held(on, { ...handLock(), found }), planOf({ guardian }), 'shop');

    it.each([
      ['is wanted by this run', undefined, 'true'],
      ['has written into the Lease', watched, 'false'],
    ])('is dismissed where one %s', async (_, found, guardian) => {
      const on = posted();
      await dismiss(on, found, guardian);
      expect(on.cluster.find(Job, name)).toBeUndefined();
    });

    it('is not asked for where there was none', async () => {
      const on = posted();
      await dismiss(on, undefined);
      await dismiss(on, lease);
      expect(on.cluster.calls).toEqual([]);
    });

    it('and may not be removed is said; no answer is none', async () => {
      const on = posted();
      on.cluster.failing = forbidden;
      await dismiss(on, watched);
      expect(on.lines).toEqual([expect.stringMatching(/ends by itself: The account may not do that\.$/)]);
      on.cluster.failing = unreachable;
      await expect(dismiss(on, watched)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    });
  });
});
