import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { runAction } from '../actions/runner.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { liftHolds } from '../rollout/lift-holds.ts';
import { printed } from '../rollout/rollouts.ts';
import { runKills, undisturbed } from './kills.ts';
import {
  allAt,
  type Inputs,
  leftBehind,
  makeShop,
  pushVersions,
  release,
  releaseOf,
  running,
  type Shop,
  startRelease,
  story,
  type Version,
  type Versions,
  type Wish,
} from './shop.ts';

const minutes = 60_000;
const services = ['auth', 'agent', 'sql'];
const needs = { agent: ['auth'], sql: ['agent'] };

/** What breaks, how, what the release comes to, and what it writes. */
type Broken = [
  what: string,
  how: Partial<Wish> & { readonly gone?: boolean; readonly secrets?: readonly string[] },
  outcome: string,
  written: readonly string[],
];

let lab: Lab;
let versions: Versions;
beforeAll(async () => {
  lab = await startLab({ name: 'release' });
  versions = await pushVersions(lab);
}, 10 * minutes);
afterAll(async () => {
  await lab.stop();
});

describe('a release in one cluster, by the audit log of its API server', () => {
  const files = {
    'config.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { MODE: 'new' } }),
  };
  const inOrder = { 'services-at-once': '1' };
  let shop: Shop;
  beforeAll(async () => {
    shop = await makeShop(lab, 'shop', services, versions);
  }, 10 * minutes);
  const backup = (secrets: readonly string[] = ['database']) => ({
    image: versions.dump.pinned,
    command: ['/dump'],
    secrets,
    expect: 'dumped (\\d+) bytes',
    'at-least': 1000,
  });
  const locked = ['agent locked', 'auth locked', 'platform locked', 'sql locked'];

  it(
    'takes the locks, makes the backup, applies the settings, and rolls out one service after the other',
    async () => {
      const since = new Date();
      const more = {
        config: ['config.yaml'],
        smoke: [{ command: ['true'] }],
        monitoring: { namespace: 'monitoring', workloads: ['deployment/prometheus'] },
      };
      const text = releaseOf(shop, { at: 'two', needs, backup: backup(), more });
      const first = await release(shop, text, inOrder, { files });
      expect(first.outputs).toMatchObject({ outcome: 'promoted' });
      expect(first.summary).toMatch(/dumped 4711 bytes[\s\S]*Deployment prometheus in monitoring is not there/);
      const told = await story(shop, since);
      expect(told.slice(0, 13)).toEqual([
        ...locked,
        'backup begun',
        'platform: way back kept',
        'ConfigMap settings says new',
        'auth: way back kept',
        'auth gets two',
        'agent: way back kept',
        'agent gets two',
        'sql: way back kept',
        'sql gets two',
      ]);
      expect(told.slice(13).toSorted()).toEqual(
        ['agent', 'auth', 'platform', 'sql'].flatMap((name) => [`${name} unlocked`, `${name}: way back forgotten`]).toSorted(),
      );
      expect(await running(shop)).toEqual(allAt(shop, 'two'));

      const again = new Date();
      const second = await release(shop, text, inOrder, { files });
      expect(second.outputs).toMatchObject({ outcome: 'promoted', reason: expect.stringContaining('nothing had to be done') });
      expect(await story(shop, again)).toEqual([]);

      const dry = await release(shop, releaseOf(shop, { at: 'three', needs, backup: backup() }), { 'dry-run': 'true' });
      expect([dry.exitCode, dry.outputs['outcome']]).toEqual([0, 'not-started']);
      expect(await story(shop, again)).toEqual([]);
    },
    10 * minutes,
  );

  it.each<Broken>([
    ['an image that the registry does not have', { gone: true }, 'not-started', []],
    ['a backup that fails', { secrets: [] }, 'not-started', [...locked, 'backup begun']],
    [
      'a service in the middle that crashes',
      { but: { agent: 'ill' } },
      'rolled-back',
      [
        ...locked,
        'backup begun',
        'auth: way back kept',
        'auth gets three',
        'agent: way back kept',
        'agent gets ill',
        'agent gets two',
        'agent: way back forgotten',
        'agent unlocked',
        'auth gets two',
        'auth: way back forgotten',
        'auth unlocked',
      ],
    ],
    [
      'the smoke check of a service',
      { smoke: { auth: [{ http: '/', contains: 'what nobody says' }] } },
      'rolled-back',
      [...locked, 'backup begun', 'auth: way back kept', 'auth gets three', 'auth gets two', 'auth: way back forgotten', 'auth unlocked'],
    ],
    [
      'the smoke check of the whole',
      { more: { smoke: [{ command: ['false'] }] } },
      'rolled-back',
      [
        ...locked,
        'backup begun',
        ...['auth', 'agent', 'sql'].flatMap((name) => [`${name}: way back kept`, `${name} gets three`]),
        ...['sql', 'agent', 'auth'].flatMap((name) => [`${name} gets two`, `${name}: way back forgotten`, `${name} unlocked`]),
      ],
    ],
  ])(
    'ends at %s, and what it changed goes back, the last first',
    async (_, { gone = false, secrets, ...wish }, outcome, expected) => {
      const since = new Date();
      const wished = releaseOf(shop, { at: 'three', needs, backup: backup(secrets), ...wish });
      const text = gone ? wished.replaceAll(versions.three.digest, `sha256:${'0'.repeat(64)}`) : wished;
      const result = await release(shop, text, inOrder);
      expect([result.exitCode, result.outputs['outcome']]).toEqual([1, outcome]);
      // The locks of what was not begun are given away together.
      const told = await story(shop, since);
      const order = told.filter((each) => !each.endsWith(' unlocked') || expected.includes(each));
      expect(order.slice(0, expected.length)).toEqual(expected);
      expect(order.filter((each) => !each.endsWith(' unlocked'))).toHaveLength(
        expected.filter((each) => !each.endsWith(' unlocked')).length,
      );
      expect(await running(shop)).toEqual(allAt(shop, 'two'));
      expect(await leftBehind(shop)).toEqual([]);
    },
    10 * minutes,
  );

  it(
    'with `stop` leaves what is done, and the next run goes on there',
    async () => {
      const stop = { ...inOrder, 'on-failure': 'stop' };
      // It has crashed here before, and so it is held.
      await liftHolds(lab.client, shop.namespace);
      const stopped = await release(shop, releaseOf(shop, { at: 'three', but: { agent: 'ill' }, needs }), stop);
      expect([stopped.exitCode, stopped.outputs['outcome']]).toEqual([1, 'stopped']);
      expect(await running(shop)).toEqual({ auth: 'three', agent: 'two', sql: 'two' });
      expect(await leftBehind(shop)).toEqual([]);
      const since = new Date();
      const next = await release(shop, releaseOf(shop, { at: 'three', needs }), stop);
      expect(next.outputs).toMatchObject({ outcome: 'promoted' });
      expect((await story(shop, since)).filter((each) => each.includes(' gets '))).toEqual(['agent gets three', 'sql gets three']);
    },
    10 * minutes,
  );

  it(
    'goes back when it is cancelled',
    async () => {
      const slow = { smoke: [{ command: ['sleep', '240'] }] };
      const action = startRelease(shop, releaseOf(shop, { at: 'one', needs, more: slow }), inOrder);
      await printed(action, /^sql: .*available/);
      action.interrupt();
      const { exitCode, outputs } = await action.result;
      expect([exitCode, outputs['outcome']]).toEqual([1, 'aborted']);
      expect(await running(shop)).toEqual(allAt(shop, 'three'));
      expect(await leftBehind(shop)).toEqual([]);
    },
    10 * minutes,
  );

  it(
    'waits for the run of another repository, and says whose that is',
    async () => {
      const other = { env: { GITHUB_REPOSITORY: 'example/other', GITHUB_RUN_ID: '815' } };
      // The first one is at work until the second one has been seen to wait.
      const folder = mkdtempSync(join(tmpdir(), 'release-'));
      const seen = join(folder, 'seen');
      const slow = { smoke: [{ command: ['sh', '-c', 'until test -e "$0"; do sleep 0.2; done', seen] }] };
      // Longer than the machine may stand still: the first one is to be waited for, and not taken for dead.
      const patient = { 'lease-duration': '20s' };
      const first = startRelease(shop, releaseOf(shop, { at: 'one', needs, more: slow }), patient, other);
      await printed(first, /^auth: .*available/);
      const second = startRelease(shop, releaseOf(shop, { at: 'two', needs }), patient);
      await printed(second, /Waiting for the lock: .*example\/other\/actions\/runs\/815/);
      writeFileSync(seen, '');
      expect((await first.result).outputs).toMatchObject({ outcome: 'promoted' });
      expect((await second.result).outputs).toMatchObject({ outcome: 'promoted' });
      rmSync(folder, { recursive: true });
      expect(await running(shop)).toEqual(allAt(shop, 'two'));
      expect(await leftBehind(shop)).toEqual([]);
    },
    10 * minutes,
  );
});

describe('three waves', () => {
  const names = ['canary', 'west', 'east'];
  const clusters = {
    '.github/clusters.yml': stringify({
      clusters: names.map((name) => ({
        name,
        environment: 'production',
        weight: name === 'west' ? 50 : 100,
        canary: name === 'canary',
        namespace: `wave-${name}`,
        'kubeconfig-secret': name.toUpperCase(),
      })),
    }),
  };
  let shops: readonly Shop[];
  beforeAll(async () => {
    shops = await Promise.all(names.map((name) => makeShop(lab, `wave-${name}`, ['auth', 'agent'], versions)));
  }, 10 * minutes);
  const [first, west] = [0, 1].map((index) => (): Shop => {
    const shop = shops[index];
    if (shop === undefined) throw new Error('There is no such shop.');
    return shop;
  }) as [() => Shop, () => Shop];
  const startAll = (at: Version, inputs: Inputs = {}, files: Readonly<Record<string, string>> = clusters) => {
    const own = shops.map(({ kubeconfig }, index) => [names[index], Buffer.from(kubeconfig).toString('base64')]);
    const kubeconfigs = stringify(Object.fromEntries(own));
    const given = { clusters: 'all', environment: 'production', kubeconfig: '', namespace: '', kubeconfigs, ...inputs };
    return startRelease(first(), releaseOf(first(), { at, needs: { agent: ['auth'] } }), given, { files });
  };
  const toAll = (...all: Parameters<typeof startAll>) => startAll(...all).result;
  const everywhere = () => Promise.all(shops.map(running));
  /** The settings of a region, which a pod reads as it starts. */
  const region = (namespace: string, data: Readonly<Record<string, string>>) =>
    lab.client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'region' }, data });

  it(
    'go in the order of their users, and one that fails takes the waves before it back: the end is uniform',
    async () => {
      const since = new Date();
      const good = await toAll('two');
      expect(good.outputs).toMatchObject({
        outcome: 'promoted',
        clusters: JSON.stringify({ canary: 'promoted', west: 'promoted', east: 'promoted' }),
      });
      expect(await everywhere()).toEqual(shops.map((shop) => allAt(shop, 'two')));
      for (const shop of shops)
        expect((await story(shop, since)).filter((each) => each.includes(' gets '))).toEqual(['auth gets two', 'agent gets two']);

      // What only this region lacks shows when its pods start anew.
      await region('wave-east', { READY_AFTER: 'never' });
      const bad = await toAll('three');
      expect(bad.outputs).toMatchObject({
        outcome: 'rolled-back',
        clusters: JSON.stringify({ canary: 'rolled-back', west: 'rolled-back', east: 'rolled-back' }),
        reason: expect.stringContaining('Cluster east'),
      });
      expect(await everywhere()).toEqual(shops.map((shop) => allAt(shop, 'two')));
      expect((await Promise.all(shops.map(leftBehind))).flat()).toEqual([]);

      await region('wave-east', {});
      await region('wave-canary', { READY_AFTER: 'never' });
      await Promise.all(shops.map(({ namespace }) => liftHolds(lab.client, namespace)));
      const first = await toAll('three');
      expect(first.outputs).toMatchObject({
        clusters: JSON.stringify({ canary: 'rolled-back', west: 'not-started', east: 'not-started' }),
      });
      expect(await everywhere()).toEqual(shops.map((shop) => allAt(shop, 'two')));
    },
    10 * minutes,
  );

  it(
    'a rollback by hand in the first, while the next one waits, pulls every other back',
    async () => {
      await region('wave-canary', {});
      // Until the way back has been seen, however long that takes to begin.
      const going = startAll('one', { soak: '10m' });
      await printed(going, /^The next wave begins in 600 s/);
      const { kubeconfig, namespace } = first();
      const back = await runAction({
        action: 'rollback',
        inputs: { service: 'auth', namespace, kubeconfig, reason: 'checkout answers 500', 'lease-duration': '5s' },
      });
      expect(back.outputs).toMatchObject({ outcome: 'rolled-back' });
      const ended = await going.result;
      expect(ended.exitCode).toBe(1);
      expect(ended.outputs['reason']).toContain('Lease wave-canary/wf-deploy-auth was taken by');
      expect(await everywhere()).toEqual(shops.map((shop) => allAt(shop, 'two')));
      // It is held there: the same release is refused everywhere, before anything is written anywhere.
      const since = new Date();
      const again = await toAll('one');
      expect([again.exitCode, again.outputs['outcome']]).toEqual([1, 'not-started']);
      expect(again.log).toMatch(/Cluster canary: auth: [\s\S]*rolled it back \(checkout answers 500\)/);
      expect(await story(west(), since)).toEqual([]);
      expect((await Promise.all(shops.map(leftBehind))).flat()).toEqual([]);
    },
    10 * minutes,
  );

  it(
    'a cluster that fails hides no other of its wave',
    async () => {
      await region('wave-canary', {});
      await region('wave-west', { READY_AFTER: 'never' });
      await Promise.all(shops.map(({ namespace }) => liftHolds(lab.client, namespace)));
      const equal = {
        '.github/clusters.yml': clusters['.github/clusters.yml']
          .replace('weight: 50', 'weight: 100')
          .replace('canary: true', 'canary: false'),
      };
      const result = await toAll('three', { 'on-failure': 'stop' }, equal);
      expect(result.outputs).toMatchObject({
        outcome: 'stopped',
        reason: expect.stringContaining('Cluster west'),
        clusters: JSON.stringify({ canary: 'promoted', west: 'rolled-back', east: 'promoted' }),
      });
      expect(await everywhere()).toEqual(shops.map((each, index) => allAt(each, names[index] === 'west' ? 'two' : 'three')));
    },
    10 * minutes,
  );
});

describe('SIGKILL after a write of a release', () => {
  it(
    'is repaired by the next run, whatever that wants',
    async () => {
      const shops = await Promise.all(['kill-1', 'kill-2', 'kill-3'].map((name) => makeShop(lab, name, ['auth', 'agent'], versions)));
      const [first] = shops;
      const writes = first === undefined ? [] : await undisturbed(first);
      expect(writes.length).toBeGreaterThan(15);
      const moments = writes.map((_, index) => index + 1).filter((write) => write % 3 === 1);
      const kills = moments.map((write, index) => ({
        write,
        heard: index % 2 === 0,
        next: index % 4 < 2 ? ('same images' as const) : ('other images' as const),
      }));
      expect(await runKills(shops, kills)).toEqual([]);
    },
    10 * minutes,
  );
});
