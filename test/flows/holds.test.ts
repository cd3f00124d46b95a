import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../src/domain/kubernetes/kinds.ts';
import { digestIn, type Hold, holdsKey } from '../../src/domain/rollout/hold.ts';
import { leaseKeys, leaseName, readLease } from '../../src/domain/rollout/lease.ts';
import type { Failure } from '../../src/failure.ts';
import { executeCanary } from '../../src/flows/canary/execute.ts';
import { refuseHeld } from '../../src/flows/holds.ts';
import { acquireLock } from '../../src/flows/lock.ts';
import { executeStage } from '../../src/flows/stage/execute.ts';
import type { Registry } from '../../src/ports/registry.ts';
import { terminated, waiting } from '../domain/kubernetes/pods.ts';
import { newImage, oldImage, planOf, type Shop, shop } from './canary/shop.ts';
import { forbidden } from './memory-cluster/failures.ts';
import * as rolling from './stage/shop.ts';
import type { Stage } from './stand-ins.ts';

const hold = (image: string): Hold => ({
  environment: 'production',
  digest: digestIn(image) ?? '',
  who: 'alice',
  why: 'checkout answers 500',
  run: 'https://github.com/example/agent/actions/runs/1',
  at: '2026-11-28T21:00:00Z',
  by: 'rollback',
});

/** A Lease that nobody holds, as a rollback leaves it. */
function putHolds({ cluster }: Stage, text: string): void {
  const found = cluster.find(Lease, leaseName('agent')) ?? {
    apiVersion: Lease.apiVersion,
    kind: 'Lease',
    metadata: { name: leaseName('agent'), namespace: 'shop' },
    spec: { holderIdentity: '' },
  };
  cluster.put(Lease, {
    ...found,
    metadata: { ...found.metadata, annotations: { ...found.metadata.annotations, [holdsKey]: text } },
  });
}

const held = <On extends Stage>(on: On, image: string): On => {
  putHolds(on, JSON.stringify([hold(image)]));
  return on;
};

const failure = async (on: Stage, work: Promise<unknown>): Promise<Failure> =>
  await on.clock.until(
    work.then(
      () => Promise.reject(new Error('Nothing failed.')),
      (error: Failure) => error,
    ),
  );
const written = ({ cluster }: Stage): readonly string[] => cluster.writes().filter((each) => !/SelfSubject|Lease/.test(each));
const holdsIn = ({ cluster }: Stage) => {
  const lease = cluster.find(Lease, leaseName('agent'));
  return lease === undefined ? undefined : readLease(lease).holds;
};

const says = (code: string) =>
  expect.objectContaining({
    code,
    what: expect.stringMatching(
      /alice rolled it back \(checkout answers 500\)\. Run: https:\/\/github\.com\/example\/agent\/actions\/runs\/1/,
    ),
    remedy: expect.stringContaining('operation: unhold'),
  });

describe('a held digest does not come again', () => {
  it('by a canary, by digest: nothing is written', async () => {
    const on = held(shop(), newImage);
    expect(await failure(on, executeCanary(planOf(), on.world))).toEqual(says('DIGEST_HELD'));
    expect(written(on)).toEqual([]);
  });

  it('by a tag that points to it', async () => {
    const on = held(shop(), newImage);
    expect(await failure(on, executeCanary(planOf({ image: 'registry.example.com/agent:v2' }), on.world))).toEqual(says('DIGEST_HELD'));
    expect(written(on)).toEqual([]);
  });

  it('by a promotion of what was analysed', async () => {
    const on = held(shop(), newImage);
    const plan = { ...planOf(), action: 'promote', image: undefined } as const;
    const lease = on.cluster.find(Lease, leaseName('agent'));
    if (lease === undefined) throw new Error('There is no Lease.');
    const evidence = JSON.stringify({ image: newImage, run: 'run-0', at: '' });
    on.cluster.put(Lease, {
      ...lease,
      metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, [leaseKeys.evidence]: evidence } },
    });
    expect(await failure(on, executeCanary(plan, on.world))).toEqual(says('DIGEST_HELD'));
  });

  it('by a rolling update, and by its dry run', async () => {
    for (const more of [{}, { 'dry-run': 'true' }]) {
      const on = held(rolling.shop(), rolling.next);
      const plan = rolling.stagePlan({ images: `api: ${rolling.next}`, ...more });
      expect(await failure(on, executeStage(plan, on.world))).toEqual(says('DIGEST_HELD'));
      expect(written(on)).toEqual([]);
    }
  });

  it('by an undo to its revision', async () => {
    const on = rolling.shop();
    await on.clock.until(executeStage(rolling.deployPlan(), on.world));
    held(on, rolling.old);
    expect(await failure(on, executeStage(rolling.stagePlan({ operation: 'undo' }), on.world))).toEqual(says('DIGEST_HELD'));
    expect(rolling.imageNow(on)).toBe(rolling.next);
  });

  it('by resuming a Deployment that waits with it', async () => {
    const on = rolling.shop();
    await on.clock.until(executeStage(rolling.stagePlan({ operation: 'pause' }), on.world));
    held(on, rolling.old);
    expect(await failure(on, executeStage(rolling.stagePlan({ operation: 'resume' }), on.world))).toEqual(says('DIGEST_HELD'));
  });

  it.each([
    ['a canary', () => shop(), newImage, (on: Stage) => executeCanary(planOf(), on.world)],
    [
      'a rolling update',
      () => rolling.shop(),
      rolling.next,
      (on: Stage) => executeStage(rolling.stagePlan({ images: `api: ${rolling.next}` }), on.world),
    ],
  ] as const)('by %s that waited for the lock while it was rolled back', async (_, make, image, run) => {
    const on = make();
    const other = { ...on.world, run: { ...on.world.run, holder: 'run-0' } };
    const lock = await on.clock.until(acquireLock(other, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    const waiting = failure(on, run(on));
    void on.clock.sleep(5).then(async () => {
      await lock.record({ holds: [hold(image)], release: true });
      lock.stop();
    });
    expect(await waiting).toEqual(says('DIGEST_HELD'));
    expect(written(on)).toEqual([]);
    expect(on.cluster.find(Lease, leaseName('agent'))?.['spec']).toMatchObject({ holderIdentity: '' });
  });
});

describe('what the run that saw the harm has left', () => {
  /** As it stands when the runner was killed on its way back: users on the canary, the hold written down. */
  async function broken(inputs: Readonly<Record<string, string>> = {}): Promise<Shop> {
    const on = shop({ [newImage]: { errors: 0.5 } });
    const dead = { ...on.world, run: { ...on.world.run, holder: 'run-0' } };
    on.cluster.failing = ({ write, kind }) => (kind === 'HTTPRoute' && write !== undefined && on.weight() > 0 ? forbidden() : undefined);
    expect(await on.clock.until(executeCanary(planOf({ 'lease-duration': '15s', ...inputs }), dead))).toMatchObject({ outcome: 'unknown' });
    on.cluster.failing = () => undefined;
    expect(on.weight()).toBeGreaterThan(0);
    return held(on, newImage);
  }

  it('is taken back before its image is refused, by whoever starts it again', async () => {
    const on = await broken();
    const result = await on.clock.until(executeCanary(planOf(), on.world));
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      code: 'DIGEST_HELD',
      weight: 0,
      reason: expect.stringMatching(/was not deployed: .* What the run before had left had to be taken back\.$/),
      remedy: expect.stringContaining('operation: unhold'),
    });
    expect([on.weight(), on.replicas('agent-canary'), on.image('agent')]).toEqual([0, 0, oldImage]);
    expect(on.cluster.find(Lease, leaseName('agent'))?.['spec']).toMatchObject({ holderIdentity: '' });
    expect(await failure(on, executeCanary(planOf(), on.world))).toMatchObject({ code: 'DIGEST_HELD' });
  });

  it('is not touched by a dry run', async () => {
    const on = await broken();
    const before = on.cluster.writes().length;
    expect(await failure(on, executeCanary(planOf({ 'dry-run': 'true' }), on.world))).toMatchObject({ code: 'DIGEST_HELD' });
    expect(
      on.cluster
        .writes()
        .slice(before)
        .filter((each) => !/SelfSubject/.test(each)),
    ).toEqual([]);
  });

  it('is left to a run that lives', async () => {
    const on = await broken();
    const other = { ...on.world, run: { ...on.world.run, holder: 'run-2' } };
    const lock = await on.clock.until(
      acquireLock(other, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0, successorOf: 'run-0' }),
    );
    expect(await failure(on, executeCanary(planOf(), on.world))).toMatchObject({ code: 'DIGEST_HELD' });
    expect(on.weight()).toBeGreaterThan(0);
    lock.stop();
  });
});

describe('another digest', () => {
  it('is deployed, and the hold stays', async () => {
    const on = held(shop(), `agent@sha256:${'9'.repeat(64)}`);
    expect(await on.clock.until(executeCanary(planOf(), on.world))).toMatchObject({ outcome: 'promoted' });
    expect(holdsIn(on)?.list).toEqual([hold(`agent@sha256:${'9'.repeat(64)}`)]);
  });
});

describe('what nobody can say', () => {
  const lease = (holds: NonNullable<ReturnType<typeof readLease>['holds']>) => ({
    ...readLease({ apiVersion: '', kind: '', metadata: { name: '' } }),
    holds,
  });
  const registry = (answer: Awaited<ReturnType<Registry['resolve']>>) => ({
    registry: { resolve: () => Promise.resolve(answer), labels: () => Promise.resolve({ is: 'read', labels: {} } as const) },
  });
  const deploying = { service: 'agent', namespace: 'shop', lease: lease({ list: [hold(oldImage)], unreadable: false }) };
  const silent = registry({ is: 'not-checked', reason: 'no answer' });

  it('stops a tag, because it may be a held digest', async () => {
    await expect(refuseHeld(silent, { ...deploying, images: ['agent:v2'] })).rejects.toMatchObject({
      code: 'REGISTRY_UNCHECKED',
      what: expect.stringContaining('agent:v2 is one of them: no answer'),
    });
  });

  it('stops no tag that runs there already, and no digest', async () => {
    await refuseHeld(silent, { ...deploying, images: ['proxy:v1', newImage], present: ['proxy:v1'] });
  });

  it('does not stop a tag that the registry does not have, and asks nothing where nothing is held', async () => {
    await refuseHeld(registry({ is: 'missing' }), { ...deploying, images: ['agent:v2'] });
    const unasked = { ...silent, registry: { ...silent.registry, resolve: () => Promise.reject(new Error('It was asked.')) } };
    await expect(refuseHeld(unasked, { ...deploying, images: ['agent:v2'] })).rejects.toThrow('It was asked.');
    await refuseHeld(unasked, { ...deploying, lease: lease({ list: [], unreadable: false }), images: ['agent:v2'] });
    await refuseHeld(unasked, { ...deploying, lease: undefined, images: ['agent:v2'] });
  });

  it('stops everything where the holds cannot be read', async () => {
    const on = shop();
    putHolds(on, '{');
    expect(await failure(on, executeCanary(planOf(), on.world))).toMatchObject({
      code: 'DIGEST_HELD',
      what: expect.stringContaining('cannot be read'),
    });
  });
});

describe('a canary that goes back', () => {
  const ended = async (on: Shop, inputs: Readonly<Record<string, string>> = {}) => {
    const result = await on.clock.until(executeCanary(planOf({ environment: 'production', ...inputs }), on.world));
    return { result, holds: holdsIn(on)?.list };
  };

  it('for measured harm is held, with what was measured', async () => {
    const { result, holds } = await ended(shop({ [newImage]: { errors: 0.05 } }));
    expect(result.outcome).toBe('rolled-back');
    expect(holds).toEqual([
      expect.objectContaining({
        environment: 'production',
        digest: digestIn(newImage),
        by: 'harm',
        why: expect.stringContaining('error-rate 5 %'),
      }),
    ]);
  });

  it('and comes again is refused', async () => {
    const on = shop({ [newImage]: { errors: 0.05 } });
    await ended(on);
    const before = written(on);
    expect(await failure(on, executeCanary(planOf(), on.world))).toMatchObject({
      code: 'DIGEST_HELD',
      what: expect.stringContaining('saw it do harm'),
    });
    expect(written(on)).toEqual(before);
  });

  it('for a crash is held', async () => {
    const { holds } = await ended(
      shop({ [newImage]: { never: { containerStatuses: [waiting('CrashLoopBackOff', undefined, { lastState: terminated(1) })] } } }),
    );
    expect(holds).toEqual([expect.objectContaining({ by: 'crash', environment: 'production' })]);
  });

  it('for a cancel is not', async () => {
    const on = shop();
    const running = ended(on);
    void on.clock.sleep(70).then(() => on.cancel('SIGINT'));
    const { result, holds } = await on.clock.until(running);
    expect(result.outcome).toBe('aborted');
    expect(holds).toBeUndefined();
  });

  it('for want of data is not', async () => {
    const { result, holds } = await ended(shop({}, { query: () => Promise.resolve([]) }), { 'no-data-timeout': '1m' }).catch(
      (error: Failure) => ({
        result: { outcome: error.code },
        holds: undefined,
      }),
    );
    expect(result.outcome).not.toBe('promoted');
    expect(holds).toBeUndefined();
  });

  it('adds its hold to those that are there', async () => {
    const on = held(shop({ [newImage]: { errors: 0.05 } }), oldImage);
    const { holds } = await ended(on);
    expect(holds?.map(({ digest }) => digest)).toEqual([digestIn(newImage), digestIn(oldImage)]);
  });
});
