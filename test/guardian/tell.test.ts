import { describe, expect, it } from '@jest/globals';
import { Event, Lease } from '../../src/domain/kubernetes/kinds.ts';
import { Failure } from '../../src/failure.ts';
import { executeCanary } from '../../src/flows/canary/execute.ts';
import { firstMove, step } from '../../src/guardian/guard.ts';
import { perform } from '../../src/guardian/perform.ts';
import type { Guard } from '../../src/guardian/state.ts';
import type { Alert } from '../../src/ports/notifier.ts';
import { newImage, oldImage, planOf, type Shop, shop } from '../flows/canary/shop.ts';
import { refused, unreachable } from '../flows/memory-cluster/failures.ts';
import { leaseOf, left } from '../flows/operations/on-shop.ts';
import { stage } from '../flows/stand-ins.ts';
import { handsOn } from './hands-on.ts';
import { died, guardianOn, handOver, setWeight, undo } from './on-shop.ts';

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

/** A guardian that tells people, and how it ended, if it did. */
function telling(on: Shop) {
  const alerts: Alert[] = [];
  const life = guardianOn(on, { notifiers: [{ name: 'slack', send: async (alert) => void alerts.push(alert) }] });
  return { alerts, life };
}

const broken = (): Failure =>
  new Failure('CLUSTER_BROKEN', 'Cannot replace HTTPRoute: the API server answered 500, failed calling webhook.', 'Try again.');

/** Weight 0 does not arrive; a rehearsal would. */
const refusing = (on: Shop, failure: () => Failure): void => {
  on.cluster.failing = ({ verb, kind, write }) =>
    verb === 'replace' && kind === 'HTTPRoute' && write?.dryRun !== true ? failure() : undefined;
};

/** Somebody gives the canary its users again, as often as they are taken away. */
function undoing(on: Shop, times: number): void {
  const control = on.cluster.reacting;
  let left = times;
  on.cluster.reacting = (object) => {
    control(object);
    if (object.kind !== 'HTTPRoute' || on.weight() !== 0 || left === 0) return;
    left -= 1;
    setWeight(on, 25);
  };
}

describe('a guardian that does not get to weight 0', () => {
  it.each([
    ['is refused', () => refused('admission webhook denied the request'), 'admission webhook denied'],
    ['fails while the Lease can be renewed', broken, 'failed calling webhook'],
    ['gets no answer while the Lease can be renewed', unreachable, 'no answer'],
  ] as const)(
    'because it %s holds the Lease meanwhile, tells people once, and leaves the rest to the next run',
    async (_, failure, why) => {
      const on = died('stages');
      refusing(on, failure);
      const { alerts, life } = telling(on);
      await on.clock.pass(400);
      expect(leaseOf(on)?.holder).toBe('guardian/pod-1');
      const [sign] = [leaseOf(on)?.sign];
      await on.clock.pass(30);
      expect(leaseOf(on)?.sign).not.toBe(sign);
      expect(await on.clock.until(life)).toBe('weight 0 not reached');
      expect(alerts).toMatchObject([{ severity: 'critical', message: expect.stringContaining('The route still leads to the canary') }]);
      expect(alerts[0]?.message).toContain(why);
      expect(alerts[0]?.facts).not.toHaveProperty('weight');
      expect(on.cluster.objectsOf(Event)).toHaveLength(1);
      expect(leaseOf(on)).toMatchObject({
        holder: '',
        rollout: { phase: 'stages', weight: 25 },
        guardian: { did: 'weight 0 not reached' },
      });
      expect(leaseOf(on)?.told).toBeUndefined();
      on.cluster.failing = () => undefined;
      const next = stage({ holder: 'run-2', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
      const result = await on.clock.until(executeCanary(planOf({ stages: '25@1m 100@1m' }), next.world));
      expect([result.outcome, on.image('agent'), on.weight()]).toEqual(['promoted', newImage, 0]);
    },
  );

  it('because somebody undoes it loses after the third fight', async () => {
    const on = died('stages');
    undoing(on, Number.POSITIVE_INFINITY);
    const began = on.clock.monotonic();
    const { alerts, life } = telling(on);
    expect(await on.clock.until(life)).toBe('weight 0 not reached');
    expect(on.clock.monotonic() - began).toBeLessThan(90);
    expect(alerts).toMatchObject([
      { severity: 'critical', message: expect.stringContaining('Weight 0 did not take: the canary has 25 % instead of 0 %') },
    ]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'stages' } });
  });

  it('because of two writes of somebody’s wins', async () => {
    const on = died('promoting');
    undoing(on, 2);
    const { alerts, life } = telling(on);
    expect(await on.clock.until(life)).toBe('stable restored, weight 0');
    expect([on.weight(), on.image('agent'), alerts.map(({ severity }) => severity)]).toEqual([0, oldImage, ['warning']]);
  });

  it('waits for an API server that does not answer, however long', async () => {
    const on = died('stages');
    refusing(on, unreachable);
    const { alerts, life } = telling(on);
    await on.clock.pass(100);
    on.cluster.failing = unreachable;
    await on.clock.pass(3 * 3600);
    expect(alerts).toEqual([]);
    on.cluster.failing = () => undefined;
    expect(await on.clock.until(life)).toBe('weight 0');
    expect([on.weight(), alerts.map(({ severity }) => severity)]).toEqual([0, ['warning']]);
  });

  it('ends where someone else has the Lease', async () => {
    const on = died('stages');
    refusing(on, () => refused('no'));
    const { alerts, life } = telling(on);
    await on.clock.pass(100);
    handOver(on, 'run-2', 7);
    expect(await on.clock.until(life)).toBe('overtaken');
    expect([alerts, leaseOf(on)?.holder]).toEqual([[], 'run-2']);
  });
});
