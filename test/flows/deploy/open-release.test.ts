import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { requesting } from '../../../src/domain/rollout/lease-writes.ts';
import { executeDeploy } from '../../../src/flows/deploy/execute.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import type { MemoryCluster } from '../memory-cluster/cluster.ts';
import { deployPlan, everywhere, fleetShop, leftBehind, releaseText, running } from './fleet-shop.ts';

describe('a release that waits for other locks', () => {
  it.each(['auth', 'platform'])('is ended by an abort through one that it has (%s), at the next renewal', async (service) => {
    const on = fleetShop({ services: ['auth', 'zeta'] });
    const cluster = on.clusters[everywhere] as MemoryCluster;
    const other = fleetShop({ services: [], holder: 'other' }, on).fleet.reach({ cluster: everywhere, context: '' }).world;
    const zeta = await on.clock.until(acquireLock(other, { service: 'zeta', namespace: 'shop', duration: 60, timeout: 0 }));
    const services = ['auth', 'zeta'].map((name) => ({ name, version: 2 }));
    const going = executeDeploy(deployPlan({ release: releaseText({ services }) }), on.fleet);
    going.catch(() => undefined);
    await on.clock.pass(10);
    const lease = () => readLease(cluster.find(Lease, leaseName(service)) ?? { apiVersion: '', kind: '', metadata: { name: '' } });
    const seen = lease();
    expect(seen.holder).toBe('run-1');
    const request = { id: 'person', what: 'abort', epoch: seen.epoch, who: 'Ann', why: 'stop it', at: 't', run: 'r' } as const;
    const ref = { kind: Lease, namespace: 'shop', name: leaseName(service) };
    await on.clock.until(cluster.write({ do: 'patch', ref, operations: requesting(seen, request) }));
    const asked = on.clock.monotonic();
    await expect(on.clock.until(going)).rejects.toMatchObject({
      code: 'CANCELLED',
      what: expect.stringContaining('Ann asked for it: stop it'),
    });
    expect(on.clock.monotonic() - asked).toBeLessThanOrEqual(20);
    expect(lease().answer).toMatchObject({ id: 'person', is: 'accepted' });
    expect(leftBehind(on)).toEqual(['only wf-deploy-zeta is held']);
    expect(running(on)).toEqual({ [everywhere]: { auth: 1, zeta: 1 } });
    zeta.stop();
  });
});
