import { describe, expect, it } from '@jest/globals';
import { Job } from '../../../src/domain/kubernetes/kinds.ts';
import type { LeaseView } from '../../../src/domain/rollout/lease.ts';
import { dismissGuardian, dismissLeftGuardian } from '../../../src/flows/canary/dismiss-guardian.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { planOf, type Shop, shop } from './shop.ts';

const name = 'wf-deploy-guardian-agent';
const posted = (): Shop => {
  const on = shop();
  on.cluster.put(Job, { apiVersion: Job.apiVersion, kind: Job.kind, metadata: { name, uid: 'mine' } });
  return on;
};

describe('a guardian', () => {
  it('is dismissed by its uid, so that a successor’s stays', async () => {
    const on = posted();
    await dismissGuardian(on.world, 'shop', 'agent');
    expect(on.cluster.calls.at(-1)).toMatchObject({ verb: 'delete', write: { uid: 'mine' } });
    await dismissGuardian(on.world, 'shop', 'agent');
    expect(on.cluster.calls.at(-1)).toMatchObject({ verb: 'get' });
  });

  describe('that an earlier run may have left', () => {
    const lease: LeaseView = { holder: '', epoch: 1, resourceVersion: '1', durationSeconds: 60, sign: '' };
    const watched: LeaseView = { ...lease, guardian: { is: 'watching', pod: 'p', epoch: 1, beat: '1' } };
    const dismiss = (on: Shop, found: LeaseView | undefined, guardian = 'false') =>
      dismissLeftGuardian(on.world, planOf({ guardian }), 'shop', found);

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
