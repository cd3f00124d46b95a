import { describe, expect, it } from '@jest/globals';
import { Deployment, Lease, ReplicaSet, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { journalName } from '../../../src/domain/rolling/journal.ts';
import { digestIn } from '../../../src/domain/rollout/hold.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { Cluster, Write } from '../../../src/ports/cluster.ts';
import { newImage, oldImage, planOf, type Shop, shop } from '../canary/shop.ts';
import { deployPlan, imageNow, killed, next, old, shop as rollingShop } from '../stage/shop.ts';
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

it('a canary beside which somebody gave stable a hotfix is stopped, and users are said to have that', async () => {
  const hotfix = `agent@sha256:${'4'.repeat(64)}`;
  const { on, result } = await takenOver(30, (there) => {
    const theirs = JSON.parse(JSON.stringify(there.cluster.find(Deployment, 'agent')).replaceAll(oldImage, hotfix)) as KubernetesObject;
    void there.cluster.write({ do: 'replace', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, object: theirs });
    return {};
  });
  expect([on.image('agent'), on.weight()]).toEqual([hotfix, 0]);
  expect(result).toMatchObject({ outcome: 'rolled-back', reason: expect.stringContaining(`all users have ${hotfix}`) });
  expect(leaseOf(on).lastKnownGood).toBeUndefined();
});

describe('a promotion that is taken back before it has changed stable', () => {
  const isWrite = (write: Write): boolean => write.dryRun !== true && write.do === 'patch' && write.ref.kind.kind === 'Deployment';

  it.each([
    ['while its write was under way', 'write', 5],
    ['while its process stood still', 'get', 15],
  ] as const)('brings nothing after that: %s', async (_, late, seconds) => {
    const on = keeping(shop());
    const other = stage({ holder: 'run-0', resolve: full }, on);
    let sent = false;
    const isDue = (is: boolean): boolean => is && !sent && JSON.stringify(on.cluster.objectsOf(Lease)).includes('promoting');
    const slowly = async <T>(is: boolean, call: () => Promise<T>): Promise<T> => {
      if (isDue(is)) {
        sent = true;
        await on.clock.sleep(seconds);
      }
      return await call();
    };
    const cluster: Cluster = {
      get: (ref, signal) =>
        slowly(late === 'get' && ref.kind.kind === 'Deployment' && ref.name === 'agent', () => on.cluster.get(ref, signal)),
      list: (...call) => on.cluster.list(...call),
      watch: (...call) => on.cluster.watch(...call),
      version: (...call) => on.cluster.version(...call),
      write: (write, signal) => slowly(late === 'write' && isWrite(write), () => on.cluster.write(write, signal)),
    };
    const canary = executeCanary(planOf({ stages: '100@1m' }), { ...other.world, metrics: on.world.metrics, cluster });
    for (let waited = 0; !sent && waited < 600; waited += 1) await on.clock.pass(1);
    expect([sent, on.image('agent')]).toEqual([true, oldImage]);
    const result = await on.clock.until(rollBack(backPlan({ drain: '5s' }), on.world));
    expect(await on.clock.until(canary)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect([result.outcome, on.image('agent'), on.weight()]).toEqual(['rolled-back', oldImage, 0]);
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

describe('a rolling update whose write is still under way', () => {
  /** Its run is rolled back a second after it has sent the write, which is stored four seconds later. */
  async function slow(dies: boolean) {
    const on = rollingShop({ resolve: full });
    const going = rollingShop({ holder: 'deploy-1', resolve: full }, on);
    let sent = false;
    let dead = false;
    const alive = async <T>(call: () => Promise<T>): Promise<T> => (dead ? await new Promise<T>(() => undefined) : await call());
    const cluster: Cluster = {
      get: (...call) => alive(() => on.cluster.get(...call)),
      list: (...call) => alive(() => on.cluster.list(...call)),
      watch: (...call) => on.cluster.watch(...call),
      version: (...call) => on.cluster.version(...call),
      write: (...call) =>
        alive(async () => {
          const [write] = call;
          if (sent || write.dryRun === true || write.do !== 'replace' || write.ref.kind.kind !== 'Deployment')
            return await on.cluster.write(...call);
          sent = true;
          dead = dies;
          await on.clock.sleep(5);
          return await on.cluster.write(...call);
        }),
    };
    const run = executeStage(deployPlan({ images: `api: ${next}` }), { ...going.world, cluster });
    await on.clock.pass(1);
    expect([sent, leaseOf(on).rolling?.phase, imageNow(on)]).toEqual([true, 'writing', old]);
    const result = await back({ ...on, ...stage({ holder: 'run-2', resolve: full }, on) });
    await on.clock.pass(60);
    return { on, result, ended: dies ? undefined : await on.clock.until(run) };
  }

  it.each([false, true])('brings nothing after it was taken back (its run died: %s)', async (dies) => {
    const { on, result, ended } = await slow(dies);
    expect(result).toMatchObject({ outcome: 'rolled-back' });
    if (!dies) expect(ended).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect(imageNow(on)).toBe(old);
    expect(JSON.stringify(on.cluster.find(Deployment, 'agent')?.metadata)).not.toContain('outdated');
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
