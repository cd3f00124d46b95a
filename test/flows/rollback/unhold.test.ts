import { describe, expect, it } from '@jest/globals';
import { Event, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { digestIn, holdsKey } from '../../../src/domain/rollout/hold.ts';
import { leaseName } from '../../../src/domain/rollout/lease.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { finishUnhold, unhold } from '../../../src/flows/rollback/unhold.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import { unheard } from '../memory-cluster/unheard.ts';
import { deployPlan, next, old } from '../stage/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { back, failure, leaseOf, unholdPlan, updated } from './shop.ts';

describe('unhold', () => {
  const lift = (on: Stage, inputs: Readonly<Record<string, string>>) => on.clock.until(unhold(unholdPlan(inputs), on.world));
  const rolledBack = async (): Promise<Stage> => {
    const on = await updated();
    await back(on);
    return on;
  };

  it('lifts one hold, records why, and the digest can be deployed again', async () => {
    const on = await rolledBack();
    const result = await lift(on, { digest: next, reason: 'the database was it' });
    expect(result).toMatchObject({ outcome: 'done', lifted: [{ digest: digestIn(next) }], stay: [] });
    expect(JSON.parse(on.cluster.find(Lease, leaseName('agent'))?.metadata.annotations?.['wf-deploy.io/unheld'] ?? '')).toMatchObject({
      digests: [digestIn(next)],
      why: 'the database was it',
    });
    expect(on.cluster.objectsOf(Event)).toHaveLength(1);
    expect(await on.clock.until(executeStage(deployPlan({ images: `api: ${next}` }), on.world))).toMatchObject({ outcome: 'promoted' });
  });

  it('as a dry run says what is held', async () => {
    const on = await rolledBack();
    expect(await lift(on, { digest: 'all', reason: 'look', 'dry-run': 'true' })).toMatchObject({
      outcome: 'not-started',
      lifted: [{ digest: digestIn(next) }],
    });
    expect(leaseOf(on).holds?.list).toHaveLength(1);
  });

  it('of a digest that is not held does nothing', async () => {
    const on = await rolledBack();
    const saidIn = ({ cluster }: Stage) => {
      const { [holdsKey]: holds, 'wf-deploy.io/unheld': unheld } = cluster.find(Lease, leaseName('agent'))?.metadata.annotations ?? {};
      return { holds, unheld, events: cluster.objectsOf(Event) };
    };
    const before = saidIn(on);
    expect(await lift(on, { digest: old, reason: 'why not' })).toMatchObject({
      outcome: 'nothing-to-do',
      stay: [{ digest: digestIn(next) }],
    });
    expect(before.holds).toContain(digestIn(next));
    expect(saidIn(on)).toEqual(before);
  });

  it('of everything mends holds that cannot be read; of one it refuses', async () => {
    const on = await rolledBack();
    const lease = on.cluster.find(Lease, leaseName('agent'));
    if (lease === undefined) throw new Error('There is no Lease.');
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, [holdsKey]: '{' } } });
    expect(await failure(on, unhold(unholdPlan({ digest: next, reason: 'x' }), on.world))).toMatchObject({ code: 'DIGEST_HELD' });
    expect(await lift(on, { digest: 'all', reason: 'edited by hand' })).toMatchObject({ outcome: 'done' });
    expect(leaseOf(on).holds).toEqual({ list: [], unreadable: false });
  });

  it('waits for whoever holds the lock, and lifts what is held by then', async () => {
    const on = await rolledBack();
    const other = { ...on.world, run: { ...on.world.run, holder: 'run-0' } };
    const lock = await on.clock.until(acquireLock(other, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    const lifting = lift(on, { digest: 'all', reason: 'it was the database' });
    void on.clock.sleep(10).then(async () => {
      await lock.record({ release: true });
      lock.stop();
    });
    expect(await on.clock.until(lifting)).toMatchObject({ outcome: 'done', stay: [] });
  });

  it('whose write is stored and whose answer is lost has lifted it, and says so', async () => {
    const on = await rolledBack();
    const { reacting } = on.cluster;
    let once = true;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (!once || object.kind !== 'Lease' || object.metadata.annotations?.['wf-deploy.io/unheld'] === undefined) return;
      once = false;
      throw unreachable();
    };
    expect(await lift(on, { digest: next, reason: 'the database was it' })).toMatchObject({ outcome: 'done', stay: [] });
    expect(leaseOf(on)).toMatchObject({ holder: '', holds: { list: [] } });
    expect(on.handedOver.at(-1)).toEqual({ open: 'false' });
  });

  it('of a run that was killed with the lock only gives it away', async () => {
    const on = await rolledBack();
    const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    lock.stop();
    const plan = unholdPlan({ digest: next, reason: 'x' });
    await on.clock.until(finishUnhold(plan, { holder: 'someone', open: 'true' }, on.world));
    expect(leaseOf(on).holder).toBe('run-1');
    await on.clock.until(finishUnhold(plan, { holder: 'run-1', open: 'true' }, on.world));
    expect(leaseOf(on)).toMatchObject({ holder: '', holds: { list: [{ digest: digestIn(next) }] } });
  });

  it('and whose lock cannot be given away either does not hold on to it', async () => {
    const on = await rolledBack();
    const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    lock.stop();
    const successor = { ...on.world, run: { ...on.world.run, holder: 'post-1' } };
    on.cluster.failing = unheard('post-1');
    await on.clock.until(finishUnhold(unholdPlan({ digest: next, reason: 'x' }), { holder: 'run-1', open: 'true' }, successor));
    expect(on.lines.at(-1)).toContain('it expires by itself');
    on.cluster.failing = () => undefined;
    const before = on.cluster.calls.length;
    await on.clock.pass(300);
    expect(on.cluster.calls.length).toBe(before);
  });
});
