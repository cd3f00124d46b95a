import { describe, expect, it } from '@jest/globals';
import { Deployment, ReplicaSet, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { journalName } from '../../../src/domain/rolling/journal.ts';
import { digestIn } from '../../../src/domain/rollout/hold.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import { newImage, oldImage, planOf, type Shop, shop } from '../canary/shop.ts';
import { imageNow, killed, next, old, shop as rollingShop } from '../stage/shop.ts';
import { stage } from '../stand-ins.ts';
import { back, backPlan, full, leaseOf } from './shop.ts';

/** With the revisions that a controller keeps. */
function keeping(on: Shop): Shop {
  const { cluster } = on;
  const react = cluster.reacting;
  let number = 0;
  const keep = (object: KubernetesObject): void => {
    const { name, uid = '' } = object.metadata;
    const template = templateOf(object);
    const hash = (template.spec?.containers?.[0]?.image ?? '').slice(-1);
    number += 1;
    cluster.put(ReplicaSet, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name}-${hash}`,
        annotations: { 'deployment.kubernetes.io/revision': String(number) },
        labels: { ...template.metadata?.labels },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true }],
      },
      spec: { template: { ...template, metadata: { labels: { ...template.metadata?.labels, 'pod-template-hash': hash } } } },
    });
  };
  cluster.reacting = (object) => {
    if (object.kind === 'Deployment') keep(object);
    react(object);
  };
  for (const object of cluster.objectsOf(Deployment)) {
    const known = cluster.put(Deployment, { ...object, metadata: { ...object.metadata, uid: 'agent-uid' } });
    keep(known);
  }
  return on;
}

type Inputs = Readonly<Record<string, string>>;

/** A canary that goes on, and what became of it when it was rolled back in the meantime. */
async function takenOver(seconds: number, wanted: Inputs | ((on: Shop) => Inputs) = {}) {
  const on = keeping(shop());
  const other = stage({ holder: 'run-0', resolve: full }, on);
  const canary = executeCanary(planOf(), { ...other.world, metrics: on.world.metrics });
  await on.clock.pass(seconds);
  const inputs = typeof wanted === 'function' ? wanted(on) : wanted;
  const weightBefore = on.weight();
  const began = on.clock.monotonic();
  let movedAt: number | undefined;
  const react = on.cluster.reacting;
  on.cluster.reacting = (object) => {
    react(object);
    if (object.kind === 'HTTPRoute' && on.weight() === 0) movedAt ??= on.clock.monotonic();
  };
  const result = await on.clock.until(rollBack(backPlan({ reason: 'bad', drain: '5s', ...inputs }), on.world));
  const ended = await on.clock.until(canary);
  return { on, result, ended, weightBefore, seconds: (movedAt ?? Number.NaN) - began };
}

describe('a canary in its stages', () => {
  it('loses the Lease and stops; traffic first, its digest is held, stable is left alone', async () => {
    const { on, result, ended, weightBefore, seconds } = await takenOver(40);
    expect(weightBefore).toBe(25);
    expect(result).toMatchObject({ outcome: 'rolled-back', held: [digestIn(newImage)], stopped: expect.stringContaining('at 25 %') });
    expect(ended).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect(seconds).toBeLessThan(5);
    expect([on.weight(), on.image('agent'), on.replicas('agent-canary')]).toEqual([0, oldImage, 0]);
    expect(leaseOf(on)).toMatchObject({
      holder: '',
      rollout: { phase: 'resting' },
      rollback: { phase: 'resting' },
      lastKnownGood: oldImage,
    });
    expect(on.cluster.writes().filter((each) => each === 'patch Deployment agent')).toEqual([]);
    expect(result.writes.map(({ what }) => what)[0]).toMatch(/canary 0 %/);
  });

  it('tells people once', async () => {
    const { on } = await takenOver(40);
    expect(on.alerts.map(({ title }) => title)).toEqual(['agent: aborted']);
    expect(on.alerts[0]?.message).toContain('rolled it back: bad');
  });

  it('and another version asked for: both go back', async () => {
    const third = `registry.example.com/agent@sha256:${'3'.repeat(64)}`;
    const { on, result } = await takenOver(40, { to: third });
    expect(result).toMatchObject({ outcome: 'rolled-back', held: [digestIn(newImage), digestIn(oldImage)] });
    expect([on.weight(), on.image('agent')]).toEqual([0, third]);
    expect(leaseOf(on).holds?.list.map(({ digest }) => digest)).toEqual([digestIn(oldImage), digestIn(newImage)]);
  });

  it('shows as a dry run what it would stop, and takes nothing', async () => {
    const { on, result, ended } = await takenOver(40, { 'dry-run': 'true' });
    expect(result).toMatchObject({ outcome: 'not-started', stopped: expect.stringContaining('at 25 %') });
    expect(ended).toMatchObject({ outcome: 'promoted' });
    expect(on.image('agent')).toBe(newImage);
  });
});

describe('a promotion', () => {
  it('is undone: stable gets its old image before its users return', async () => {
    const { on, result, ended } = await takenOver(140);
    expect(result).toMatchObject({ outcome: 'rolled-back', held: [digestIn(newImage)] });
    expect(ended.outcome).not.toBe('promoted');
    expect([on.weight(), on.image('agent'), on.replicas('agent-canary')]).toEqual([0, oldImage, 0]);
  });

  it('is undone also where the version before it is named by its revision, which gets another number by that', async () => {
    const revisionOf = ({ cluster }: Shop, image: string): string | undefined =>
      cluster.objectsOf(ReplicaSet).find((each) => each.metadata.name.startsWith('agent-') && JSON.stringify(each).includes(image))
        ?.metadata.annotations?.['deployment.kubernetes.io/revision'];
    let named: string | undefined;
    const { on, result } = await takenOver(140, (now) => {
      expect(now.image('agent')).toBe(newImage);
      named = revisionOf(now, oldImage);
      return { to: `revision:${named}` };
    });
    expect(result).toMatchObject({ outcome: 'rolled-back', held: [digestIn(newImage)] });
    expect([on.weight(), on.image('agent'), on.replicas('agent-canary')]).toEqual([0, oldImage, 0]);
    expect(revisionOf(on, oldImage)).not.toBe(named);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollback: { phase: 'resting' } });
  });

  it('that has ended is a version like any other', async () => {
    const on = keeping(shop());
    expect(await on.clock.until(executeCanary(planOf(), on.world))).toMatchObject({ outcome: 'promoted' });
    const again = stage({ holder: 'run-2', resolve: full }, on);
    const result = await on.clock.until(rollBack(backPlan(), again.world));
    expect(result).toMatchObject({ outcome: 'rolled-back', stopped: undefined, from: { images: { agent: newImage } } });
    expect(on.image('agent')).toBe(oldImage);
  });
});

describe('a rolling update that was left half done', () => {
  it('is taken back by its journal, and its digest is held', async () => {
    const on = rollingShop({ resolve: full });
    await killed(on, { images: `api: ${next}` });
    const again = stage({ holder: 'run-2', resolve: full }, on);
    expect(await back({ ...on, ...again })).toMatchObject({ outcome: 'rolled-back', held: [digestIn(next)] });
    expect(imageNow(on)).toBe(old);
    expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'resting' }, rollback: { phase: 'resting' } });
    expect(on.cluster.find(Secret, journalName('agent'))).toBeUndefined();
  });
});

it('a switch between colours is not stopped from here: who does that is named', async () => {
  const on = rollingShop({ resolve: full });
  const dead = stage({ holder: 'run-0' }, on);
  const lock = await on.clock.until(acquireLock(dead.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
  await lock.record({
    blueGreen: {
      phase: 'watching',
      operation: 'deploy',
      from: 'blue',
      to: 'green',
      container: 'api',
      image: next,
      before: { image: old, replicas: 0 },
      serving: 2,
      run: 'run-0',
      since: 'then',
    },
  });
  const before = on.cluster.writes();
  await expect(back(on)).rejects.toMatchObject({
    code: 'PREFLIGHT_FAILED',
    what: expect.stringContaining('is in the phase `watching` (run-0)'),
    remedy: expect.stringContaining('`operation: rollback` of actions/blue-green'),
  });
  lock.stop();
  expect(on.cluster.writes()).toEqual(before);
});
