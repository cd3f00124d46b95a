import { describe, expect, it } from '@jest/globals';
import { HTTPRoute, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { acquireLock, type LockRequest } from '../../../src/flows/lock.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { digest, planOf, type Shop, shop } from '../canary/shop.ts';
import { stage } from '../stand-ins.ts';
import { leaseOf, left, operate, runBy, toldBy } from './on-shop.ts';

/** A run that is killed with a quarter of all users on its canary, and an abort that it does not hear any more. */
async function killed(meanwhile: (on: Shop) => void = () => undefined) {
  const on = shop();
  const death = new AbortController();
  const { clock } = on;
  const sleep: World['clock']['sleep'] = (time, signal) =>
    clock.sleep(time, signal).then(() => (death.signal.aborted ? new Promise<void>(() => undefined) : undefined));
  void executeCanary(planOf(), { ...on.world, clock: { monotonic: () => clock.monotonic(), now: () => clock.now(), sleep } });
  await clock.pass(19);
  death.abort();
  await clock.pass(1);
  expect([on.weight(), leaseOf(on)?.holder]).toEqual([25, 'run-1']);
  meanwhile(on);
  await clock.pass(10);
  const aborting = operate(on, 'abort', { reason: 'night' });
  aborting.catch(() => undefined);
  await clock.pass(3);
  expect(leaseOf(on)?.request?.what).toBe('abort');
  return { on, aborting };
}

const other = (on: Shop, holder: string): World =>
  stage({ holder, query: on.world.metrics.query, resolve: on.world.registry.resolve }, on).world;
const post = (on: Shop) => takeBack(planOf(), { holder: 'run-1', open: 'true' }, other(on, 'post-1'));
const taking = (on: Shop, holder: string, more: Partial<LockRequest> = {}) =>
  on.clock.until(acquireLock(other(on, holder), { service: 'agent', namespace: 'shop', duration: 60, timeout: 5, ...more }));

describe('an abort whose run was ended from outside', () => {
  it('waits for its `post` step, and says how that ended', async () => {
    const { on, aborting } = await killed();
    const [, told] = await on.clock.until(Promise.all([post(on), toldBy(aborting)]));
    expect(told).toMatchObject({
      outcome: 'aborted',
      succeeded: true,
      reason: expect.stringMatching(/^post-1 has ended it: .*from outside/),
    });
    expect([on.weight(), leaseOf(on)?.rollout?.phase]).toEqual([0, 'resting']);
  });

  it('takes back by itself what a `post` step that died left in turn', async () => {
    const { on, aborting } = await killed();
    (await taking(on, 'post-1', { successorOf: 'run-1' })).stop();
    const began = on.clock.monotonic();
    expect(await on.clock.until(runBy(aborting))).toMatchObject({ outcome: 'aborted', weight: 0, reason: 'someone aborted it: night.' });
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(55);
    expect([on.weight(), leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase]).toEqual([0, '', 'resting']);
  });

  it.each(['unknown', 'paused'])('takes back by itself what another one left with the last word %s', async (outcome) => {
    const { on, aborting } = await killed();
    const lock = await taking(on, 'post-1', { successorOf: 'run-1' });
    const ended = { epoch: lock.epoch, outcome, text: 'A word.', run: 'page', at: 't' };
    await on.clock.pass(5);
    await on.clock.until(lock.record({ ended, release: true }).finally(() => lock.stop()));
    expect(await on.clock.until(runBy(aborting))).toMatchObject({ outcome: 'aborted', weight: 0, reason: 'someone aborted it: night.' });
    expect(on.weight()).toBe(0);
  });

  it('names who has taken it over, and does not end', async () => {
    const { on, aborting } = await killed();
    const lock = await taking(on, 'post-1', { successorOf: 'run-1' });
    await expect(on.clock.until(aborting)).rejects.toMatchObject({
      code: 'NOT_ANSWERED',
      what: expect.stringMatching(/^post-1 .* has not ended within 10m\.$/),
    });
    lock.stop();
  });

  it('waits for whoever comes after that one too', async () => {
    const { on, aborting } = await killed();
    const lock = await taking(on, 'post-1', { successorOf: 'run-1' });
    await on.clock.pass(5);
    const next = takeBack(planOf(), { holder: 'post-1', open: 'true' }, other(on, 'post-2'));
    const told = await on.clock.until(Promise.all([toldBy(aborting), next]).then(([said]) => said));
    lock.stop();
    expect(told).toMatchObject({ outcome: 'aborted', succeeded: true, reason: expect.stringMatching(/^post-2 has ended it: /) });
    expect(on.weight()).toBe(0);
  });

  it('does not wait for a rollout that goes on after it: how it stands is told', async () => {
    const { on, aborting } = await killed(
      (shop) => void executeCanary(planOf({ image: digest('3'), stages: '5@30m 100@1m' }), other(shop, 'run-2')),
    );
    const told = await on.clock.until(toldBy(aborting));
    expect(told).toMatchObject({
      outcome: 'unknown',
      succeeded: false,
      reason: expect.stringMatching(/^run-2 has the Lease now.*The route `agent` gives the canary [05] %\.$/),
      remedy: expect.stringContaining('`operation: status`'),
    });
    expect(leaseOf(on)?.holder).toBe('run-2');
  });

  it('does not wait for one by a later step of the same job either', async () => {
    const { on, aborting } = await killed();
    const lock = await taking(on, 'step-2', { successorOf: 'run-1' });
    const rollout = leaseOf(on)?.rollout;
    if (rollout === undefined) throw new Error('There is a record.');
    await on.clock.pass(5);
    await on.clock.until(lock.record({ rollout: { ...rollout, phase: 'preparing', weight: 0 } }));
    expect(await on.clock.until(toldBy(aborting))).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/^step-2 has/) });
    lock.stop();
  });
});

describe('an abort whose run gave the Lease away without a word', () => {
  /** It holds the Lease, and has written nothing yet. */
  async function silent() {
    const on = shop();
    const lock = await taking(on, 'run-1');
    const aborting = operate(on, 'abort');
    aborting.catch(() => undefined);
    await on.clock.pass(3);
    return { on, lock, aborting };
  }

  it.each<readonly [string, (on: Shop, lock: Awaited<ReturnType<typeof taking>>) => Promise<unknown>]>([
    ['by itself', (_, lock) => lock.record({ release: true }).finally(() => lock.stop())],
    [
      'by its `post` step',
      (on, lock) => {
        lock.stop();
        return post(on);
      },
    ],
    [
      'by somebody who deleted it',
      (on, lock) => {
        lock.stop();
        on.cluster.remove(Lease, 'wf-deploy-agent');
        return Promise.resolve();
      },
    ],
  ])('looks at the route: %s', async (_, ends) => {
    const { on, lock, aborting } = await silent();
    const [told] = await on.clock.until(Promise.all([toldBy(aborting), ends(on, lock)]));
    expect(told).toMatchObject({ outcome: 'nothing-to-do', succeeded: true, reason: expect.stringContaining('none was left behind') });
  });

  it('takes back the users whom the route still sends there', async () => {
    const { on, lock, aborting } = await silent();
    const route = on.cluster.find(HTTPRoute, 'agent');
    if (route === undefined) throw new Error('There is a route.');
    on.cluster.put(HTTPRoute, gatewayApi.withWeight([route], app, 25)[0] ?? route);
    await on.clock.until(lock.record({ release: true }).finally(() => lock.stop()));
    expect(await on.clock.until(runBy(aborting))).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(on.weight()).toBe(0);
  });
});

it('nobody else waits for a successor: who would pause is told at once', async () => {
  const on = shop();
  left(on, 'stages', 'run-1');
  const pausing = operate(on, 'pause');
  pausing.catch(() => undefined);
  await on.clock.pass(3);
  const began = on.clock.monotonic();
  const lock = await taking(on, 'post-1', { successorOf: 'run-1' });
  await expect(on.clock.until(pausing)).rejects.toMatchObject({ what: 'The run ended before it could pause.' });
  expect(on.clock.monotonic() - began).toBeLessThan(10);
  lock.stop();
});
