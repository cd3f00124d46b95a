import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Deployment, Lease, Pod, ReplicaSet } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { historyKey } from '../../../src/domain/rollout/good-release.ts';
import { digestIn, holdsKey } from '../../../src/domain/rollout/hold.ts';
import { leaseName } from '../../../src/domain/rollout/lease.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { finish, rollBack } from '../../../src/flows/rollback/execute.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { conflict, forbidden, unreachable } from '../memory-cluster/failures.ts';
import { unheard } from '../memory-cluster/unheard.ts';
import { deployPlan, imageNow, next, old, shop, sick } from '../stage/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { annotationsOf, back, backPlan, failure, full, leaseOf, updated, written } from './shop.ts';

const third = `agent@sha256:${'4'.repeat(64)}`;

describe('a rollback', () => {
  it('holds first, then writes the template before, waits, and gives the lock away', async () => {
    const on = await updated();
    const result = await back(on, { reason: 'checkout answers 500', environment: 'production' });
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      environment: 'production',
      from: { images: { api: next } },
      to: { images: { api: old } },
      held: [digestIn(next)],
      changes: [expect.stringContaining('image')],
    });
    expect(imageNow(on)).toBe(old);
    expect(written(on)).toEqual([
      'replace Lease wf-deploy-agent',
      'patch Lease wf-deploy-agent',
      'patch Deployment agent',
      'patch Lease wf-deploy-agent',
    ]);
    expect(leaseOf(on)).toMatchObject({
      holder: '',
      lastKnownGood: old,
      rollback: { phase: 'resting', images: { api: old }, from: { api: next }, why: 'checkout answers 500' },
      holds: { list: [{ digest: digestIn(next), by: 'rollback', why: 'checkout answers 500', environment: 'production' }] },
      ended: { outcome: 'rolled-back' },
    });
    expect(on.handedOver).toEqual([{ holder: 'run-1', open: 'true' }, { open: 'false' }]);
    expect(on.alerts).toMatchObject([{ severity: 'warning', title: 'agent: rolled-back', facts: { why: 'checkout answers 500' } }]);
  });

  it('shows before it acts what will change', async () => {
    const on = await updated();
    await back(on);
    const shown = on.lines.findIndex((line) => line.startsWith('rollback of shop/agent'));
    expect(shown).toBeGreaterThanOrEqual(0);
    expect(on.lines.slice(shown).join('\n')).toMatch(
      /from +revision \d+ · api agent@sha256:2+ .*\n.*to +revision \d+ · api agent@sha256:1+/,
    );
    expect(on.lines.findIndex((line) => line.includes('change   spec.template'))).toBeLessThan(
      on.lines.findIndex((line) => line.includes('the pod template of revision')),
    );
  });

  it('as a dry run asks the API server and writes nothing', async () => {
    const on = await updated();
    expect(await back(on, { 'dry-run': 'true' })).toMatchObject({ outcome: 'not-started', to: { images: { api: old } } });
    expect(written(on)).toEqual([]);
    expect(on.cluster.calls.some(({ write, kind }) => kind === 'Deployment' && write?.dryRun === true)).toBe(true);
  });

  it('that the API server would refuse is refused before anything is written', async () => {
    const on = await updated();
    on.cluster.failing = ({ write }) => (write?.dryRun === true ? forbidden() : undefined);
    expect(await failure(on, rollBack(backPlan(), on.world))).toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
    expect(written(on)).toEqual([]);
  });

  it('pressed twice goes no further back', async () => {
    const on = await updated();
    await back(on);
    const writes = written(on).length;
    const again = await back(on);
    expect(again).toMatchObject({ outcome: 'nothing-to-do', held: [], from: { images: { api: old } } });
    expect(again.reason).toMatch(/^Users have revision \d+, to which the rollback of 20\d\d-\S+ led, already\.$/);
    expect(again.remedy).toContain('name a revision or an image in `to`');
    expect([imageNow(on), written(on).length]).toEqual([old, writes]);
    // By name what is held is refused as ever.
    expect(await failure(on, rollBack(backPlan({ to: next }), on.world))).toMatchObject({
      code: 'DIGEST_HELD',
      what: expect.stringContaining('bring back'),
    });
  });

  it('to a held version needs force and a reason, and lifts the hold', async () => {
    const on = await updated();
    await back(on);
    expect(await back(on, { force: 'true', reason: 'it was the database' })).toMatchObject({
      outcome: 'rolled-back',
      held: [digestIn(old)],
    });
    expect(imageNow(on)).toBe(next);
    expect(leaseOf(on).holds?.list.map(({ digest }) => digest)).toEqual([digestIn(old)]);
  });

  it('takes the lock from a living run, which stops', async () => {
    const on = await updated();
    const other = { ...on.world, run: { ...on.world.run, holder: 'run-0' } };
    const living = await on.clock.until(acquireLock(other, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    const before = on.clock.monotonic();
    expect(await back(on)).toMatchObject({ outcome: 'rolled-back' });
    expect(on.clock.monotonic() - before).toBeLessThan(5);
    await on.clock.until(expect(living.record({})).rejects.toMatchObject({ code: 'LOCK_LOST' }));
    expect(living.lost.aborted).toBe(true);
  });

  it('resumes a paused Deployment, which would never take the template', async () => {
    const on = await updated();
    const object = on.cluster.find(Deployment, 'agent');
    if (object === undefined) throw new Error('There is no Deployment.');
    on.cluster.put(Deployment, { ...object, spec: { ...(object['spec'] as object), paused: true } });
    expect(await back(on)).toMatchObject({ outcome: 'rolled-back', warnings: [expect.stringContaining('is paused')] });
    expect(on.cluster.find(Deployment, 'agent')?.['spec']).not.toHaveProperty('paused');
  });

  it('whose pods do not start is not confirmed, stays open in the Lease, and alerts', async () => {
    const on = await updated();
    await on.clock.until(executeStage(deployPlan({ images: `api: ${third}` }), on.world));
    const kept = on.cluster.objectsOf(ReplicaSet).find((each) => JSON.stringify(each['spec']).includes(next));
    if (kept === undefined) throw new Error('There is no such revision.');
    on.cluster.put(ReplicaSet, JSON.parse(JSON.stringify(kept).replaceAll(next, sick)) as typeof kept);
    on.alerts.length = 0;
    const result = await back(on, { smoke: '- http: /health' });
    expect(result).toMatchObject({ outcome: 'unknown', code: 'ROLLOUT_FAILED', remedy: expect.stringContaining('further') });
    expect(leaseOf(on)).toMatchObject({ holder: '', rollback: { phase: 'writing' }, ended: { outcome: 'unknown' } });
    expect(on.alerts).toMatchObject([{ severity: 'critical' }]);
  });

  it('whose smoke check fails stands, with a warning', async () => {
    const on = await updated();
    const result = await back(on, { smoke: '- http: /health\n  attempts: 1', port: '8080' });
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      warnings: [expect.stringContaining('A smoke check of the version that was gone back to failed')],
    });
  });

  it('goes through an API server that is away for a while', async () => {
    const on = await updated();
    let silent = 3;
    on.cluster.failing = ({ write, kind }) =>
      write !== undefined && write.dryRun !== true && kind === 'Deployment' && silent-- > 0 ? unreachable() : undefined;
    expect(await back(on)).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(old);
  });

  it('keeps what others change meanwhile', async () => {
    const on = await updated();
    let once = true;
    on.cluster.failing = ({ write, kind }) => {
      if (!(once && write?.dryRun !== true && write?.do === 'patch' && kind === 'Deployment')) return undefined;
      once = false;
      const object = on.cluster.find(Deployment, 'agent');
      if (object !== undefined) on.cluster.put(Deployment, { ...object, spec: { ...(object['spec'] as object), replicas: 5 } });
      return undefined;
    };
    await back(on);
    expect(imageNow(on)).toBe(old);
    expect(on.cluster.find(Deployment, 'agent')?.['spec']).toMatchObject({ replicas: 5 });
  });

  const byHand = (on: Stage, from: string, to: string): Promise<unknown> =>
    on.cluster.write({
      do: 'replace',
      ref: { kind: Deployment, namespace: 'shop', name: 'agent' },
      object: JSON.parse(JSON.stringify(on.cluster.find(Deployment, 'agent')).replaceAll(from, to)) as KubernetesObject,
    });
  /** Somebody gives stable another image as soon as this run has done something to an object of this kind. */
  const somebodyElse = (on: Stage, when: (object: KubernetesObject) => boolean, from: string, to: string): void => {
    const { reacting } = on.cluster;
    let once = true;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (!once || !when(object)) return;
      once = false;
      void byHand(on, from, to);
    };
  };
  const isTaken = (object: KubernetesObject): boolean =>
    object.kind === 'Lease' && (object['spec'] as { readonly holderIdentity?: string }).holderIdentity === 'run-1';

  it('brings nothing bad back where somebody has undone it by hand as the lock was taken', async () => {
    const on = await updated();
    somebodyElse(on, isTaken, next, old);
    expect(await back(on)).toMatchObject({ outcome: 'rolled-back', held: [digestIn(next)] });
    expect(imageNow(on)).toBe(old);
  });

  it('writes nothing over a hotfix that came as the lock was taken', async () => {
    const on = await updated();
    somebodyElse(on, isTaken, next, third);
    expect(await failure(on, rollBack(backPlan(), on.world))).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining(`runs ${third}`),
    });
    expect([imageNow(on), leaseOf(on).holder, leaseOf(on).holds]).toEqual([third, '', undefined]);
  });

  it('writes nothing over a hotfix that came just before its write', async () => {
    const on = await updated();
    let once = true;
    on.cluster.failing = ({ write, kind }) => {
      if (!once || write?.do !== 'patch' || write.dryRun === true || kind !== 'Deployment') return undefined;
      once = false;
      void byHand(on, next, third);
      return conflict('It was changed.');
    };
    expect(await back(on)).toMatchObject({ outcome: 'unknown', code: 'ROLLBACK_UNCONFIRMED' });
    expect(imageNow(on)).toBe(third);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollback: { phase: 'writing' } });
  });

  it('is not confirmed where somebody else, as a tool that has the wanted state elsewhere, brings the bad version back', async () => {
    const on = await updated();
    somebodyElse(on, (object) => object.kind === 'Deployment' && imageNow(on) === old, old, next);
    expect(await back(on)).toMatchObject({ outcome: 'unknown', code: 'ROLLOUT_FAILED', reason: expect.stringContaining(next) });
    expect(leaseOf(on).lastKnownGood).not.toBe(old);
  });

  it('leaves holds that cannot be read as they are: they stop every deployment', async () => {
    const on = await updated();
    const lease = on.cluster.find(Lease, leaseName('agent'));
    if (lease === undefined) throw new Error('There is no Lease.');
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, [holdsKey]: '{' } } });
    expect(await back(on)).toMatchObject({
      outcome: 'rolled-back',
      held: [],
      warnings: [expect.stringContaining('every deployment stops')],
    });
    expect(leaseOf(on).holds).toEqual({ list: [], unreadable: true });
  });

  it('that may not look again under the lock says so, whether or not the lock can be given away', async () => {
    const on = await updated();
    const held = (): boolean => leaseOf(on).holder === 'run-1';
    on.cluster.failing = (call) =>
      unheard('run-1')(call) ?? (call.verb === 'get' && call.kind === 'Deployment' && held() ? forbidden() : undefined);
    expect(await failure(on, rollBack(backPlan(), on.world))).toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
    expect(on.lines.at(-1)).toContain('it expires by itself');
    // The `post` step tries it again.
    expect(on.handedOver).toEqual([{ holder: 'run-1', open: 'true' }]);
  });

  it('says who brought the template', async () => {
    const on = await updated();
    const page = 'https://github.com/example/agent/actions/runs/9';
    const world = { ...on.world, run: { ...on.world.run, actor: 'alice', page } };
    await on.clock.until(rollBack(backPlan(), world));
    expect(annotationsOf(on)).toMatchObject({ 'wf-deploy.io/actor': 'alice', 'wf-deploy.io/run': page });
    expect(leaseOf(on).holds?.list).toMatchObject([{ who: 'alice', run: page, why: 'no reason was given' }]);
  });
});

describe('where it goes', () => {
  const threeVersions = async (): Promise<Stage> => {
    const on = await updated();
    await on.clock.pass(3600);
    await on.clock.until(executeStage(deployPlan({ images: `api: ${third}` }), on.world));
    return on;
  };

  it.each([
    ['previous', next],
    ['last-known-good', next],
    [`agent@sha256:${'1'.repeat(64)}`, old],
  ])('%s', async (to, expected) => {
    const on = await threeVersions();
    expect(await back(on, { to })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(expected);
  });

  it('a revision by its number, and a time', async () => {
    const on = await threeVersions();
    const first = Math.min(
      ...on.cluster.objectsOf(ReplicaSet).map((each) => Number(each.metadata.annotations?.['deployment.kubernetes.io/revision'])),
    );
    const between = new Date(on.clock.now().getTime() - 1_800_000).toISOString();
    expect(await back(on, { to: between })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(next);
    expect(await back(on, { to: `revision:${first}` })).toMatchObject({ outcome: 'rolled-back', to: { images: { api: old } } });
    expect(imageNow(on)).toBe(old);
  });

  it('last-known-good skips what is held', async () => {
    const on = await threeVersions();
    await back(on);
    // Back on `next`: the newest good release that is neither it nor held would be `old`, which no run of ours has recorded.
    expect(await failure(on, rollBack(backPlan({ to: 'last-known-good' }), on.world))).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining('not held'),
    });
  });

  it('an image that no revision has changes the images alone, and says so', async () => {
    const on = await updated();
    const result = await back(on, { to: third });
    expect(result).toMatchObject({ outcome: 'rolled-back', warnings: [expect.stringContaining('only the images go back')] });
    expect(imageNow(on)).toBe(third);
  });

  it('what runs already is nothing to do', async () => {
    const on = await updated();
    expect(await back(on, { to: next })).toMatchObject({ outcome: 'nothing-to-do' });
    expect(written(on)).toEqual([]);
  });

  it.each([
    ['revision:999999', 'has no revision 999999'],
    ['2001-01-01T00:00:00Z', 'Nothing is known of what'],
  ])('%s is not there', async (to, what) => {
    const on = await updated();
    expect(await failure(on, rollBack(backPlan({ to }), on.world))).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringContaining(what),
    });
    expect(written(on)).toEqual([]);
  });

  it('a Deployment that is not there names the other layout', async () => {
    const on = await updated();
    expect(await failure(on, rollBack(backPlan({ 'stable-deployment': 'shop' }), on.world))).toMatchObject({
      remedy: expect.stringContaining('actions/blue-green'),
    });
  });
});

describe('an image', () => {
  it('that is known to be gone is refused', async () => {
    const on = await updated();
    const gone = {
      ...on,
      world: { ...on.world, registry: { ...on.world.registry, resolve: () => Promise.resolve({ is: 'missing' } as const) } },
    };
    expect(await failure(on, rollBack(backPlan(), gone.world))).toMatchObject({
      code: 'IMAGE_MISSING',
      what: expect.stringContaining(old),
    });
    expect(written(on)).toEqual([]);
  });

  it.each([
    ['cannot be asked about', () => Promise.resolve({ is: 'not-checked', reason: 'unauthorised' } as const), 'unauthorised'],
    ['is asked about for ever', () => new Promise<never>(() => undefined), 'no answer within 2 s'],
  ])('that %s is a warning', async (_, resolve, why) => {
    const on = await updated();
    const silent = { ...on, world: { ...on.world, registry: { ...on.world.registry, resolve } } };
    const result = await on.clock.until(rollBack(backPlan(), silent.world));
    expect(result).toMatchObject({ outcome: 'rolled-back', warnings: [expect.stringContaining(why)] });
  });

  it('by a tag whose digest no node tells is not held, and that is said', async () => {
    const on = await updated();
    await on.clock.until(executeStage(deployPlan({ images: `api: ${third}` }), on.world));
    const object = on.cluster.find(Deployment, 'agent');
    const text = JSON.stringify(object).replaceAll(third, 'agent:v4');
    const stored = await on.clock.until(
      on.cluster.write({
        do: 'replace',
        ref: { kind: Deployment, namespace: 'shop', name: 'agent' },
        object: JSON.parse(text) as NonNullable<typeof object>,
      }),
    );
    expect(stored).toBeDefined();
    expect(await back(on, { to: 'previous' })).toMatchObject({
      held: [],
      warnings: expect.arrayContaining([expect.stringContaining('Not held: the digest of agent:v4')]),
    });
  });
});

describe('a held image that its revision names by a tag', () => {
  const digest = `sha256:${'9'.repeat(64)}`;
  const resolves = ({ digest: named }: { readonly digest?: string }) => Promise.resolve({ is: 'found', digest: named ?? digest } as const);
  const silent = () => Promise.resolve({ is: 'not-checked', reason: 'unauthorised' } as const);

  /** `agent:v4` runs after `next`, and its node says which digest it is. */
  async function tagged(): Promise<Stage> {
    const on = await updated({ resolve: resolves });
    const v4 = JSON.parse(JSON.stringify(on.cluster.find(Deployment, 'agent')).replaceAll(next, 'agent:v4')) as KubernetesObject;
    await on.clock.until(on.cluster.write({ do: 'replace', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, object: v4 }));
    for (const pod of on.cluster.objectsOf(Pod)) {
      const containerStatuses = [{ name: 'api', ready: true, imageID: `agent@${digest}` }];
      on.cluster.put(Pod, { ...pod, status: { ...(pod['status'] as object), containerStatuses } });
    }
    return on;
  }
  const heldBy = (on: Stage) => leaseOf(on).holds?.list.map(({ digest: held, image }) => [held, image]);

  it.each([
    ['by the registry', resolves],
    ['by its text where the registry is silent', silent],
  ])('does not come back when the button is pressed twice: known %s', async (_, resolve) => {
    const on = await tagged();
    expect(await back(on)).toMatchObject({ outcome: 'rolled-back', held: [digest] });
    expect([imageNow(on), heldBy(on)]).toEqual([next, [[digest, 'agent:v4']]]);
    const later = shop({ holder: 'run-2', resolve }, on);
    expect(await back(later)).toMatchObject({ outcome: 'nothing-to-do' });
    const pressed = await failure(on, rollBack(backPlan({ to: 'agent:v4' }), later.world));
    expect(pressed).toMatchObject({ code: 'DIGEST_HELD', what: expect.stringContaining('(agent:v4)') });
    expect([imageNow(on), heldBy(on)]).toEqual([next, [[digest, 'agent:v4']]]);
  });

  it('may come where the tag means something else by now', async () => {
    const on = await tagged();
    await back(on);
    const moved = shop({ holder: 'run-2', resolve: full }, on);
    expect(await back(moved, { to: 'agent:v4' })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe('agent:v4');
  });

  it('comes with force, which lifts the hold', async () => {
    const on = await tagged();
    await back(on);
    expect(await back(on, { force: 'true', reason: 'it was the database' })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe('agent:v4');
    expect(leaseOf(on).holds?.list.map(({ digest: held }) => held)).toEqual([digestIn(next)]);
  });

  it.each([
    ['the registry', resolves],
    ['its text', silent],
  ])('is skipped by last-known-good: known by %s', async (_, resolve) => {
    const on = await tagged();
    const release = (image: string, at: string) => ({
      workload: 'Deployment/agent',
      images: { api: image },
      configs: [],
      run: 'run-0',
      at,
    });
    const lease = on.cluster.find(Lease, leaseName('agent'));
    if (lease === undefined) throw new Error('There is no Lease.');
    const known = JSON.stringify([release('agent:v4', on.clock.now().toISOString()), release(old, '2025-01-01T00:00:00Z')]);
    on.cluster.put(Lease, {
      ...lease,
      metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, [historyKey]: known } },
    });
    await back(on);
    const later = shop({ holder: 'run-2', resolve }, on);
    expect(await back(later, { to: 'last-known-good' })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(old);
  });
});

describe('settings', () => {
  it('that are gone, and that were written over, are named', async () => {
    const on = shop({ resolve: full, config: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: agent-config\ndata:\n  MODE: one\n' });
    await on.clock.until(executeStage(deployPlan({ images: `api: ${next}`, manifests: 'config.yaml' }), on.world));
    const later = shop(
      { resolve: full, config: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: agent-config\ndata:\n  MODE: two\n' },
      on,
    );
    await on.clock.until(executeStage(deployPlan({ images: `api: ${third}`, manifests: 'config.yaml' }), later.world));
    expect((await back(on, { 'dry-run': 'true' })).warnings).toEqual([
      expect.stringContaining('ConfigMap agent-config was written over since'),
    ]);
    on.cluster.remove(ConfigMap, 'agent-config');
    expect((await back(on)).warnings).toEqual(
      expect.arrayContaining([expect.stringContaining('ConfigMap agent-config, which that revision reads')]),
    );
  });
});

describe('a run that ends in the middle', () => {
  it('because it was cancelled is finished, and not undone', async () => {
    const on = await updated();
    const running = rollBack(backPlan(), on.world);
    const write = on.cluster.write.bind(on.cluster);
    on.cluster.write = async (...call) => {
      const stored = await write(...call);
      if (call[0].do === 'patch' && stored.kind === 'Deployment' && call[0].dryRun !== true) on.cancel('SIGINT');
      return stored;
    };
    expect(await on.clock.until(running)).toMatchObject({ outcome: expect.stringMatching(/^(?:unknown|rolled-back)$/) });
    expect(imageNow(on)).toBe(old);
  });

  it('of which nothing is left to do leaves everything alone', async () => {
    const on = await updated();
    expect(await on.clock.until(finish(backPlan(), { holder: 'run-1', open: 'false' }, on.world))).toBeUndefined();
    expect(await on.clock.until(finish(backPlan(), { holder: 'someone', open: 'true' }, on.world))).toBeUndefined();
    expect(written(on)).toEqual([]);
  });
});
