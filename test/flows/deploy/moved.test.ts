import { describe, expect, it } from '@jest/globals';
import { executeDeploy } from '../../../src/flows/deploy/execute.ts';
import type { Lock } from '../../../src/flows/held-lock.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { deployPlan, everywhere, type FleetShop, fleetShop, released, releaseText, running } from './fleet-shop.ts';

const names = ['auth', 'agent'];
const services = [
  { name: 'auth', version: 2 },
  { name: 'agent', version: 1 },
];

/** Of the service that is as wanted, so that the release takes no lock of it. */
async function lockOfAgent(on: FleetShop): Promise<Lock> {
  const { world } = fleetShop({ services: names, holder: 'another' }, on).fleet.reach({ cluster: everywhere, context: '' });
  return await on.clock.until(acquireLock(world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
}

describe('a service that is as wanted, and in the hands of another run', () => {
  it('is waited for while that run lives', async () => {
    const on = fleetShop({ services: names });
    const lock = await lockOfAgent(on);
    const going = executeDeploy(deployPlan({ release: releaseText({ services }), 'lock-timeout': '5m' }), on.fleet).catch(
      ({ code }: { readonly code: string }) => ({ outcome: code }),
    );
    expect(await on.clock.until(going)).toMatchObject({ outcome: 'LOCK_HELD' });
    expect(running(on)[everywhere]).toEqual({ auth: 1, agent: 1 });
    lock.stop();
  });

  it('is left alone once that run is dead: it does nothing any more', async () => {
    const on = fleetShop({ services: names });
    (await lockOfAgent(on)).stop();
    await on.clock.pass(3600);
    const before = on.clock.monotonic();
    expect(await released(on, { release: releaseText({ services }) })).toMatchObject({ outcome: 'promoted' });
    expect(running(on)[everywhere]).toEqual({ auth: 2, agent: 1 });
    // Seen silent for its whole duration, and no longer.
    expect(on.clock.monotonic() - before).toBeGreaterThanOrEqual(60);
    expect(on.clock.monotonic() - before).toBeLessThan(180);
  });
});
