import { describe, expect, it } from '@jest/globals';
import { Event } from '../../src/domain/kubernetes/kinds.ts';
import type { Hands } from '../../src/guardian/hands.ts';
import type { Write } from '../../src/ports/cluster.ts';
import { oldImage, type Shop } from '../flows/canary/shop.ts';
import { conflict, unreachable } from '../flows/memory-cluster/failures.ts';
import { leaseOf } from '../flows/operations/on-shop.ts';
import { died, guardianOn } from './on-shop.ts';

/** A cluster that meets one write of the guardian, the `nth` of its kind, with a failure. */
function meeting({ cluster }: Shop, isMeant: (write: Write) => boolean, nth: number, failure: () => Error) {
  let count = 0;
  const hands: Pick<Hands, 'cluster'> = {
    cluster: {
      get: (...call) => cluster.get(...call),
      write: async (write, signal) => {
        if (isMeant(write) && write.dryRun !== true) count += 1;
        if (isMeant(write) && count === nth) {
          count += 1;
          throw failure();
        }
        return await cluster.write(write, signal);
      },
    },
  };
  return { hands, met: () => count >= nth };
}

/** A renewal, with what it records. */
const isRenewal = (write: Write): boolean =>
  write.do === 'patch' && write.ref.kind.kind === 'Lease' && JSON.stringify(write.operations).includes('renewTime');

describe('a conflict on the guardian’s own Lease', () => {
  it.each([
    ['stages', 1],
    ['promoting', 1],
    ['promoting', 2],
    ['promoting', 3],
    ['promoting', 4],
  ] as const)('ends nothing while the Lease is its own (%s, renewal %i)', async (phase, nth) => {
    const on = died(phase);
    const { hands, met } = meeting(on, isRenewal, nth, () => conflict('Lease wf-deploy-agent'));
    const end = await on.clock.until(guardianOn(on, hands));
    expect([met(), end]).toEqual([true, phase === 'stages' ? 'weight 0' : 'stable restored, weight 0']);
    expect([on.weight(), on.image('agent'), leaseOf(on)?.holder, leaseOf(on)?.guardian?.is]).toEqual([0, oldImage, '', 'acted']);
    expect(on.cluster.objectsOf(Event)).toHaveLength(1);
  });
});

it.each([
  ['is met by another write', () => conflict('Lease wf-deploy-agent')],
  ['gets no answer', unreachable],
])('a Lease whose taking %s is taken at the next look: users are with stable within 90 s', async (_, failure) => {
  const on = died('stages');
  const began = on.clock.monotonic();
  const { hands, met } = meeting(on, (write) => write.do === 'replace' && write.ref.kind.kind === 'Lease', 1, failure);
  expect(await on.clock.until(guardianOn(on, hands))).toBe('weight 0');
  expect([met(), on.weight()]).toEqual([true, 0]);
  expect(on.clock.monotonic() - began).toBeLessThan(90);
});
