import { describe, expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { revisionsOf } from '../../../src/domain/kubernetes/revision.ts';
import { digestIn } from '../../../src/domain/rollout/hold.ts';
import type { Failure } from '../../../src/failure.ts';
import type { Report } from '../../../src/flows/flow.ts';
import { finish, rollBack } from '../../../src/flows/rollback/execute.ts';
import type { BackResult } from '../../../src/flows/rollback/result.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { deployPlan, imageNow, next, old } from '../stage/shop.ts';
import { type Stage, stage } from '../stand-ins.ts';
import { back, backPlan, full, leaseOf, updated } from './shop.ts';

const third = `agent@sha256:${'4'.repeat(64)}`;
const fourth = `agent@sha256:${'5'.repeat(64)}`;

/** Four versions, an hour apart; the three newest were recorded as good. */
async function fourVersions(): Promise<Stage> {
  const on = await updated();
  for (const image of [third, fourth]) {
    await on.clock.pass(3600);
    await on.clock.until(executeStage(deployPlan({ images: `api: ${image}` }), on.world));
  }
  await on.clock.pass(1800);
  return on;
}

/** Each way to say `third`. */
const wishes: readonly (readonly [string, (on: Stage) => string])[] = [
  ['previous', () => 'previous'],
  ['last-known-good', () => 'last-known-good'],
  ['a revision', (on) => `revision:${revisionOf(on, third)}`],
  ['an image', () => third],
  ['a time', (on) => new Date(on.clock.now().getTime() - 3_600_000).toISOString()],
];

function revisionOf({ cluster }: Stage, image: string): number | undefined {
  const workload = cluster.find(Deployment, 'agent');
  if (workload === undefined) throw new Error('There is no Deployment.');
  return revisionsOf(workload, cluster.objectsOf(ReplicaSet)).find(({ template }) => template.spec?.containers?.[0]?.image === image)
    ?.number;
}

/** Killed after the n-th write: it happens, and nothing after it. */
async function killedAfter(on: Stage, count: number, to: string): Promise<void> {
  const dying = stage({ holder: 'run-1', resolve: full }, on);
  let left = count;
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
  const cluster = {
    get: (...call: Parameters<typeof on.cluster.get>) => (left < 0 ? never<undefined>() : on.cluster.get(...call)),
    list: (...call: Parameters<typeof on.cluster.list>) => (left < 0 ? never<readonly never[]>() : on.cluster.list(...call)),
    watch: (...call: Parameters<typeof on.cluster.watch>) => on.cluster.watch(...call),
    version: (...call: Parameters<typeof on.cluster.version>) => on.cluster.version(...call),
    write: (...call: Parameters<typeof on.cluster.write>) => {
      if (call[0].dryRun !== true) left -= 1;
      return left < 0 ? never<never>() : on.cluster.write(...call);
    },
  };
  void rollBack(backPlan({ to }), { ...dying.world, cluster });
  await on.clock.pass(100);
}

const post = (on: Stage, to: string): Promise<Report | undefined> =>
  on.clock.until(finish(backPlan({ to }), { holder: 'run-1', open: 'true' }, on.world));

const matrix = wishes.flatMap(([name, wish]) => [0, 1, 2, 3, 4].map((count) => [name, count, wish] as const));

describe('a rollback that is killed', () => {
  it.each(matrix)('to %s after its write %i is finished by `post`, and goes no further back', async (_, count, wish) => {
    const on = await fourVersions();
    const to = wish(on);
    await killedAfter(on, count, to);
    await post(on, to);
    if (count === 0) return expect(imageNow(on)).toBe(fourth);
    expect(imageNow(on)).toBe(third);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollback: { phase: 'resting' } });
    expect(leaseOf(on).holds?.list.map(({ digest }) => digest)).toEqual([digestIn(fourth)]);
    return undefined;
  });

  it.each(matrix)('to %s after its write %i is repaired by a second run, which goes no further back', async (_, count, wish) => {
    const on = await fourVersions();
    const to = wish(on);
    await killedAfter(on, count, to);
    const again = stage({ holder: 'run-2', resolve: full }, on);
    const second = await back(again, { to });
    // After the fourth the first had ended: then this is pressing it twice.
    expect(second).toMatchObject({ outcome: count < 4 ? 'rolled-back' : 'nothing-to-do' });
    expect(imageNow(on)).toBe(third);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollback: { phase: 'resting' } });
    expect(leaseOf(on).holds?.list.map(({ digest }) => digest)).toEqual([digestIn(fourth)]);
  });

  it('does not bind who asks for something else by name', async () => {
    const on = await fourVersions();
    await killedAfter(on, 3, 'last-known-good');
    const again = stage({ holder: 'run-2', resolve: full }, on);
    expect(await back(again, { to: old })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(old);
  });

  it('writes late what it was about to write: who has taken it over goes on from there', async () => {
    const on = await fourVersions();
    await killedAfter(on, 2, 'previous');
    const { reacting } = on.cluster;
    let late = true;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (!late || leaseOf(on).rollback?.asked !== old) return;
      late = false;
      const workload = JSON.parse(JSON.stringify(on.cluster.find(Deployment, 'agent')).replaceAll(fourth, third)) as KubernetesObject;
      void on.cluster.write({ do: 'replace', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, object: workload });
    };
    const again = stage({ holder: 'run-2', resolve: full }, on);
    expect(await back(again, { to: old })).toMatchObject({ outcome: 'rolled-back' });
    expect([late, imageNow(on)]).toEqual([false, old]);
  });

  it('and whose workload somebody else has changed since is not finished by `post`', async () => {
    const on = await fourVersions();
    await killedAfter(on, 3, 'previous');
    const workload = on.cluster.find(Deployment, 'agent');
    if (workload === undefined) throw new Error('There is no Deployment.');
    const byHand = JSON.parse(JSON.stringify(workload).replaceAll(third, 'agent:by-hand')) as typeof workload;
    expect(templateOf(byHand)).not.toEqual(templateOf(workload));
    await on.clock.until(on.cluster.write({ do: 'replace', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, object: byHand }));
    const refused = await on.clock.until(
      finish(backPlan(), { holder: 'run-1', open: 'true' }, on.world).catch(({ code, what }: Failure) => ({ code, what })),
    );
    expect(refused).toEqual({ code: 'ROLLBACK_UNCONFIRMED', what: expect.stringContaining('changed by somebody else') });
    expect(imageNow(on)).toBe('agent:by-hand');
    expect(leaseOf(on).holder).toBe('');
  });
});

describe('last-known-good', () => {
  it('pressed twice goes no further back', async () => {
    const on = await fourVersions();
    const press = (): Promise<BackResult> => back(on, { to: 'last-known-good' });
    expect(await press()).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(third);
    expect(await press()).toMatchObject({ outcome: 'nothing-to-do' });
    expect(imageNow(on)).toBe(third);
  });

  it('after a later release of the same version is asked anew', async () => {
    const on = await fourVersions();
    await back(on, { to: 'last-known-good' });
    for (const image of [`agent@sha256:${'6'.repeat(64)}`, third]) {
      await on.clock.pass(3600);
      await on.clock.until(executeStage(deployPlan({ images: `api: ${image}` }), on.world));
    }
    expect(await back(on, { to: 'last-known-good' })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(`agent@sha256:${'6'.repeat(64)}`);
  });

  it('goes further back than another wish has led', async () => {
    const on = await fourVersions();
    await back(on, { to: 'previous' });
    expect(imageNow(on)).toBe(third);
    expect(await back(on, { to: 'last-known-good' })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(next);
  });
});
