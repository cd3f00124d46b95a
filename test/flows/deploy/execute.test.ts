import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { releasePermissions } from '../../../src/domain/fleet/permissions.ts';
import { ConfigMap, Deployment, Job, Lease, Namespace } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { rollbackKey } from '../../../src/domain/rollback/record.ts';
import { digestIn, holdsKey } from '../../../src/domain/rollout/hold.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { Failure } from '../../../src/failure.ts';
import { executeDeploy } from '../../../src/flows/deploy/execute.ts';
import { reportDeploy } from '../../../src/flows/deploy/report.ts';
import { takeBack } from '../../../src/flows/deploy/take-back.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import { dyingAfter } from '../dying-after.ts';
import { memoryForge } from '../lineage/forge.ts';
import type { MemoryCluster } from '../memory-cluster/cluster.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import { asking, denies, lackingIn, printedRoles } from '../rights.ts';
import { backPlan } from '../rollback/shop.ts';
import {
  clustersText,
  deployPlan,
  everywhere,
  type FleetShop,
  fleetShop,
  image,
  leftBehind,
  released,
  releaseText,
  running,
  threeWaves,
  writesOf,
} from './fleet-shop.ts';

const seven = ['auth', 'agent', 'persona', 'code', 'sql', 'knowledge', 'workflow'];
const all = (names: readonly string[], version: number, bad?: string) =>
  names.map((name) => ({ name, version: name === bad ? 3 : version }));
const versions = (names: readonly string[], version: number) => Object.fromEntries(names.map((name) => [name, version]));

/** As if one region lacked what the new version needs. */
function refuseOnce(cluster: MemoryCluster, service: string): void {
  let refused = false;
  cluster.failing = ({ verb, kind, name, write }) => {
    if (refused || verb !== 'replace' || kind !== 'Deployment' || name !== service || write?.dryRun === true) return undefined;
    refused = true;
    return new Failure('CLUSTER_REFUSED', 'Not here.', 'Ask.');
  };
}

async function failure(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw error ?? new Error('Nothing failed.');
}

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../../schemas/deploy-report.schema.json'), 'utf8')) as object;
const keepsTo = new Ajv2020({ strict: false }).compile(schema);

describe('a release to one cluster', () => {
  it('rolls the seven services of the chapter out, and a second run finds nothing to do', async () => {
    const on = fleetShop({ services: seven });
    const release = releaseText({ services: all(seven, 2) });
    const result = await released(on, { release });
    expect(result).toMatchObject({ outcome: 'promoted', backup: 'no backup: nothing is stored' });
    expect(running(on)).toEqual({ [everywhere]: versions(seven, 2) });
    expect(leftBehind(on)).toEqual([]);
    expect(on.handedOver.at(-1)).toEqual({ open: 'false' });
    expect(on.alerts).toHaveLength(1);
    const before = writesOf(on.clusters[everywhere]).length;
    const again = await released(on, { release });
    expect(again).toMatchObject({ outcome: 'promoted', reason: 'Everything is as wanted already: nothing had to be done.' });
    expect(again.clusters[0]?.services.map(({ state }) => state)).toEqual(seven.map(() => 'as-wanted'));
    expect(writesOf(on.clusters[everywhere])).toHaveLength(before);
  });

  it.each([
    ['revert', 'rolled-back', 1],
    ['stop', 'stopped', 2],
  ] as const)('with on-failure %s a service that fails ends it as %s', async (onFailure, outcome, done) => {
    const on = fleetShop({ services: seven });
    const release = releaseText({ services: all(seven, 2, 'code') });
    const result = await released(on, { release, 'on-failure': onFailure, 'services-at-once': '1' });
    expect(result).toMatchObject({ outcome, code: 'ROLLOUT_FAILED' });
    const { auth, agent, persona, code, sql } = running(on)[everywhere] ?? {};
    expect({ auth, agent, persona, code, sql }).toEqual({ auth: done, agent: done, persona: done, code: 1, sql: 1 });
    expect(leftBehind(on)).toEqual([]);
    const report = reportDeploy(result);
    expect([keepsTo(JSON.parse(JSON.stringify(report.file))), keepsTo.errors]).toEqual([true, null]);
    expect(report.succeeded).toBe(false);
    expect(report.summary).toContain('failed, went back');
    expect(report.summary).toContain('not begun');
  });

  it('goes on where the first ended', async () => {
    const on = fleetShop({ services: seven });
    await released(on, { release: releaseText({ services: all(seven, 2, 'code') }), 'on-failure': 'stop', 'services-at-once': '1' });
    const before = writesOf(on.clusters[everywhere]).length;
    const second = await released(on, { release: releaseText({ services: all(seven, 2) }) });
    expect(second.outcome).toBe('promoted');
    expect(running(on)).toEqual({ [everywhere]: versions(seven, 2) });
    expect(second.clusters[0]?.services.slice(0, 3).map(({ state }) => state)).toEqual(['as-wanted', 'as-wanted', 'as-wanted']);
    const written = writesOf(on.clusters[everywhere]).slice(before);
    expect(written.filter((each) => each.startsWith('replace Deployment')).toSorted()).toEqual(
      ['code', 'knowledge', 'sql', 'workflow'].map((name) => `replace Deployment ${name}`),
    );
  });

  it('looks at everything again when another run was at a service that was as wanted, while this one waited for the locks', async () => {
    const names = ['auth', 'agent'];
    const on = fleetShop({ services: names, holder: 'run-2' });
    const other = fleetShop({ services: names, holder: 'run-1' }, on).fleet.reach({ cluster: everywhere, context: '' }).world;
    const lockOf = (service: string) => on.clock.until(acquireLock(other, { service, namespace: 'shop', duration: 60, timeout: 0 }));
    const [platform, agent] = [await lockOf('platform'), await lockOf('agent')];
    const services = [
      { name: 'auth', version: 2 },
      { name: 'agent', version: 1 },
    ];
    const going = executeDeploy(deployPlan({ release: releaseText({ services }) }), on.fleet);
    await on.clock.pass(30);
    const cluster = on.clusters[everywhere] as MemoryCluster;
    const found = JSON.stringify(cluster.find(Deployment, 'agent'));
    cluster.reacting(cluster.put(Deployment, JSON.parse(found.replace(image('agent', 1), image('agent', 4))) as KubernetesObject));
    for (const lock of [agent, platform]) {
      await lock.record({ release: true });
      lock.stop();
    }
    expect(await on.clock.until(going)).toMatchObject({ outcome: 'promoted' });
    expect(running(on)[everywhere]).toEqual({ auth: 2, agent: 1 });
    expect(leftBehind(on)).toEqual([]);
  });

  it('and gives up after as long as a lock is waited for, with nothing written', async () => {
    const names = ['auth', 'agent'];
    const on = fleetShop({ services: names, holder: 'run-2' });
    const other = fleetShop({ services: names, holder: 'run-1' }, on).fleet.reach({ cluster: everywhere, context: '' }).world;
    const lock = await on.clock.until(acquireLock(other, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    const services = [
      { name: 'auth', version: 2 },
      { name: 'agent', version: 1 },
    ];
    const refused = await failure(released(on, { release: releaseText({ services }), 'lock-timeout': '1m' }));
    expect(refused).toMatchObject({ code: 'LOCK_HELD', what: expect.stringContaining('Service agent, which is as wanted') });
    expect(running(on)[everywhere]).toEqual({ auth: 1, agent: 1 });
    await lock.record({ release: true });
    lock.stop();
    expect(leftBehind(on)).toEqual([]);
  });

  it('holds what crashed, of that service alone, and the next release with it writes nothing', async () => {
    const on = fleetShop({ services: ['auth', 'agent'] });
    const names = ['auth', 'agent'];
    await released(on, { release: releaseText({ services: all(names, 2, 'agent') }) });
    const held = (service: string): unknown => {
      const lease = on.clusters[everywhere]?.find(Lease, leaseName(service));
      return lease === undefined ? undefined : readLease(lease).holds?.list.map(({ digest, by }) => [digest, by]);
    };
    expect([held('agent'), held('auth')]).toEqual([[[digestIn(image('agent', 3)), 'crash']], undefined]);
    const before = writesOf(on.clusters[everywhere]).length;
    const again = failure(released(on, { release: releaseText({ services: all(names, 2, 'agent') }) }));
    expect((await again).what).toMatch(/agent: [\s\S]*saw it crash/);
    expect(writesOf(on.clusters[everywhere])).toHaveLength(before);
  });

  it('applies ConfigMaps before the pods that read them are replaced, and takes them back before those go back', async () => {
    const config = (mode: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { MODE: ${mode} }\n`;
    const on = fleetShop({ services: ['auth', 'agent'], files: { 'config.yaml': config('new') } });
    const more = 'config: [config.yaml]';
    const names = ['auth', 'agent'];
    expect(await released(on, { release: releaseText({ services: all(names, 1), more }) })).toMatchObject({ outcome: 'promoted' });
    const mode = (): unknown => (on.clusters[everywhere]?.find(ConfigMap, 'settings')?.['data'] as { MODE?: unknown } | undefined)?.MODE;
    expect(mode()).toBe('new');
    const changed = fleetShop({ services: names, files: { 'config.yaml': config('newer') } }, on);
    const from = writesOf(on.clusters[everywhere]).length;
    const inputs = { release: releaseText({ services: all(names, 2, 'agent'), more }), 'services-at-once': '1' };
    expect(await released(changed, inputs)).toMatchObject({ outcome: 'rolled-back' });
    expect(mode()).toBe('new');
    const written = writesOf(on.clusters[everywhere]).slice(from);
    expect(written.filter((each) => /ConfigMap|Deployment/.test(each))).toEqual([
      'apply ConfigMap settings',
      'replace Deployment auth',
      'replace Deployment agent',
      'replace Deployment agent',
      'replace ConfigMap settings',
      'replace Deployment auth',
    ]);
  });

  it('asks each for its health, also one that it does not touch', async () => {
    const on = fleetShop({ services: ['auth'], probe: () => ({ is: 'answer', status: 503, body: '' }) });
    const untouched = await released(on, { release: releaseText({ services: all(['auth'], 1) }) });
    expect(untouched).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
    const changed = await released(on, { release: releaseText({ services: all(['auth'], 2) }) });
    expect(changed).toMatchObject({ outcome: 'rolled-back', reason: expect.stringContaining('GET /health answered 503') });
    expect(running(on)).toEqual({ [everywhere]: { auth: 1 } });
  });

  it('takes everything back when the smoke checks of the whole release fail, and only warns of missing monitoring', async () => {
    const smoke = "smoke: [{ command: ['./smoke.sh', prod] }]\nmonitoring: { namespace: shop, workloads: [deployment/grafana] }";
    const release = releaseText({ services: all(['auth'], 2), more: smoke });
    const failing = fleetShop({ services: ['auth'], process: () => ({ exitCode: 3, tail: 'no answer' }) });
    expect(await released(failing, { release })).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
    expect(running(failing)).toEqual({ [everywhere]: { auth: 1 } });
    const well = fleetShop({ services: ['auth'] });
    const done = await released(well, { release });
    expect(done).toMatchObject({ outcome: 'promoted' });
    expect(done.warnings).toEqual([expect.stringContaining('Deployment grafana in shop is not there')]);
  });

  it('goes back when it is cancelled, and stays where it is with `stop`', async () => {
    for (const [onFailure, outcome, auth] of [
      ['revert', 'aborted', 1],
      ['stop', 'stopped', 2],
    ] as const) {
      const on = fleetShop({ services: ['auth', 'agent'] });
      const cluster = on.clusters[everywhere];
      if (cluster === undefined) throw new Error('There is no cluster.');
      const react = cluster.reacting;
      cluster.reacting = (object) => {
        if (object.kind === 'Deployment' && object.metadata.name === 'agent') on.cancel('SIGTERM');
        react(object);
      };
      const release = releaseText({
        services: [
          { name: 'auth', version: 2 },
          { name: 'agent', version: 2, needs: ['auth'] },
        ],
      });
      const result = await released(on, { release, 'on-failure': onFailure });
      expect(result.outcome).toBe(outcome);
      expect(running(on)).toEqual({ [everywhere]: { auth, agent: 1 } });
      expect(leftBehind(on)).toEqual([]);
    }
  });
});

describe('what the script of the chapter got wrong', () => {
  const dump = "{ image: 'postgres:16', command: [pg_dumpall, '--file=/backup/all'], expect: 'size (\\d+)' }";
  const release = (backup: string): string => releaseText({ services: all(['auth'], 2), backup });

  it('a dump that fails stops the release', async () => {
    const on = fleetShop({ services: ['auth'] });
    const result = await released(on, { release: release(dump.replace("'--file=/backup/all'", "'--fail'")) });
    expect(result).toMatchObject({ outcome: 'not-started', code: 'BACKUP_FAILED' });
    expect(running(on)).toEqual({ [everywhere]: { auth: 1 } });
    expect(leftBehind(on)).toEqual([]);
  });

  it.each([
    ['', 'it said nothing at all'],
    ['done\n', 'has no line like'],
    ['size 0\n', 'not more than 0'],
  ])('a dump that says %j is none', async (log, why) => {
    const on = fleetShop({ services: ['auth'], log: () => Promise.resolve(log) });
    expect(await released(on, { release: release(dump) })).toMatchObject({ outcome: 'not-started', reason: expect.stringContaining(why) });
    expect(running(on)).toEqual({ [everywhere]: { auth: 1 } });
  });

  it('a dump that made something comes before every other write, and is run without a terminal', async () => {
    const on = fleetShop({ services: ['auth'], log: () => Promise.resolve('size 4711\n') });
    const result = await released(on, { release: release(dump) });
    expect(result).toMatchObject({ outcome: 'promoted', clusters: [{ backup: 'size 4711' }] });
    const writes = writesOf(on.clusters[everywhere]).filter((each) => !each.includes('Lease'));
    expect(writes[0]).toMatch(/^create Job platform-backup-/);
    const [job] = on.clusters[everywhere]?.objectsOf(Job) ?? [];
    expect(JSON.stringify(job)).not.toContain('tty');
  });

  it('a pipe without pipefail is refused', async () => {
    const on = fleetShop({ services: ['auth'] });
    const piped = "{ image: 'postgres:16', command: [sh, -c, 'pg_dumpall | gzip > /backup/all.gz'] }";
    expect(() => deployPlan({ release: release(piped) })).toThrow(/without `pipefail`/);
    expect(on.clusters[everywhere]?.calls).toEqual([]);
  });

  it('a skipped backup is shown with its reason', async () => {
    const on = fleetShop({ services: ['auth'] });
    const result = await released(on, { release: release(dump), 'skip-backup': 'made by hand at noon' });
    expect(reportDeploy(result).summary).toContain('no backup: made by hand at noon');
  });

  it('a gateway that is in no service is named', async () => {
    const on = fleetShop({ services: ['auth', 'gateway'] });
    const result = await released(on, { release: releaseText({ services: all(['auth'], 2) }) });
    expect(result.warnings).toEqual([
      expect.stringMatching(/^Deployment gateway runs in the namespace and is in no service of the release/),
    ]);
    const alone = await released(on, { release: releaseText({ services: all(['auth'], 2), more: 'left-alone: [deployment/gateway]' }) });
    expect(alone.warnings).toEqual([]);
  });
});

describe('before anything is written', () => {
  it('everything that is wrong is listed at once, over all clusters', async () => {
    const on = fleetShop({
      services: ['auth'],
      clusters: ['east', 'west', 'south'],
      files: {
        '.github/clusters.yml': clustersText([
          ['east', 100],
          ['west', 50],
          ['south', 10],
        ]),
      },
      resolve: () => Promise.resolve({ is: 'missing' }),
    });
    on.clusters['west']?.remove(Namespace, 'shop');
    if (on.clusters['south'] !== undefined) on.clusters['south'].failing = unreachable;
    on.clusters['east']?.remove(Deployment, 'auth');
    const { what, code } = await failure(
      released(on, { release: releaseText({ services: all(['auth'], 2) }), clusters: 'east west south' }),
    );
    expect(code).toBe('PREFLIGHT_FAILED');
    for (const part of [
      /The registry has no image shop\/auth@/,
      /Cluster west: There is no namespace shop/,
      /Cluster south: The API server gave no answer/,
      /Cluster east: auth: .*Deployment shop\/auth is not there/s,
    ])
      expect(what).toMatch(part);
    for (const cluster of Object.values(on.clusters)) expect(writesOf(cluster)).toEqual([]);
  });

  const dump = "{ image: 'postgres:16', command: [pg_dumpall], expect: 'size (\\d+)' }";
  const only = (on: FleetShop) => on.clusters[everywhere] as MemoryCluster;
  const needed = releasePermissions({ namespace: 'shop', backup: true });

  it('a right that a release lacks is printed with all others, for whoever asks', async () => {
    const on = fleetShop({ services: ['auth'] });
    denies(only(on), 'create jobs');
    const { what } = await failure(released(on, { release: releaseText({ services: all(['auth'], 2), backup: dump }) }));
    expect(what).toContain('Permissions are missing: create jobs ');
    const printed = printedRoles(what);
    expect(lackingIn(printed, needed)).toEqual([]);
    expect(printed).toMatchObject([{ metadata: { name: 'wf-deploy-platform-release' } }, { subjects: [asking] }]);
  });

  it('what a release and a service of it lack in a named cluster is printed for each', async () => {
    const files = { '.github/clusters.yml': clustersText([['east', 100]]) };
    const on = fleetShop({ services: ['auth'], clusters: ['east'], files });
    denies(on.clusters['east'] as MemoryCluster, 'update deployments', 'delete jobs');
    const { what } = await failure(released(on, { release: releaseText({ services: all(['auth'], 2), backup: dump }), clusters: 'east' }));
    expect(what).toMatch(/^- Cluster east: auth: /m);
    expect(what).toMatch(/^- Cluster east: Permissions are missing: delete jobs /m);
    const roles = printedRoles(what).filter(({ kind }) => kind === 'Role');
    expect(roles.map(({ metadata }) => metadata.name)).toEqual(['wf-deploy-platform-release', 'wf-deploy-auth-stage']);
  });

  it('a release that changes nothing, and so makes no backup, prints what the next one needs for it too', async () => {
    const on = fleetShop({ services: ['auth'] });
    denies(only(on), 'list statefulsets', 'create jobs');
    const { warnings } = await released(on, { release: releaseText({ services: all(['auth'], 1), backup: dump }) });
    expect(warnings).toEqual([expect.stringMatching(/^Not checked for lack of permission: list statefulsets \(.*\)\. .*\.$/)]);
    const printed = printedRoles(on.lines.join('\n'));
    expect(printed).toMatchObject([{ metadata: { name: 'wf-deploy-platform-release' } }, { subjects: [asking] }]);
    expect(lackingIn(printed, needed)).toEqual([]);
  });

  it('an image has to be in the registry of every region, and the same one there', async () => {
    const more = 'mirrors: [west.example.com, south.example.com]';
    const on = fleetShop({
      services: ['auth'],
      resolve: ({ name, digest = '' }) => {
        if (name.startsWith('west')) return Promise.resolve({ is: 'missing' });
        return Promise.resolve({ is: 'found', digest: name.startsWith('south') ? 'sha256:other' : digest });
      },
    });
    const { what } = await failure(released(on, { release: releaseText({ services: all(['auth'], 2), more }) }));
    expect(what).toContain(`The mirror west.example.com has no image west.example.com/${image('auth', 2)}`);
    expect(what).toContain('The mirror south.example.com has another image');
  });

  it('a registry that gives no answer is no pass unless that is accepted', async () => {
    const on = fleetShop({ services: ['auth'], resolve: () => Promise.resolve({ is: 'not-checked', reason: 'no route' }) });
    const release = releaseText({ services: all(['auth'], 2) });
    expect((await failure(released(on, { release }))).what).toContain('Not checked: whether');
    const accepted = await released(on, { release, 'unchecked-images': 'accept' });
    expect(accepted).toMatchObject({ outcome: 'promoted', warnings: [expect.stringContaining('Not checked')] });
  });

  it('a dry run shows old and new of every service and writes nothing', async () => {
    const on = fleetShop({ services: seven });
    const result = await released(on, { release: releaseText({ services: all(seven, 2) }), 'dry-run': 'true' });
    expect(reportDeploy(result)).toMatchObject({ succeeded: true, outputs: { outcome: 'not-started' } });
    expect(result.clusters[0]?.services[0]?.images).toEqual([
      { container: 'deployment/auth/auth', before: image('auth', 1), wanted: image('auth', 2) },
    ]);
    expect(on.lines.join('\n')).toContain('agent: rolling update of shop/agent');
    expect(writesOf(on.clusters[everywhere])).toEqual([]);
  });

  it('another holder is waited for, and where it does not end every lock that was taken is given away', async () => {
    const on = fleetShop({ services: ['auth', 'zeta'] });
    on.clusters[everywhere]?.put(Lease, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'wf-deploy-zeta', namespace: 'shop' },
      spec: { holderIdentity: 'https://github.com/shop/zeta/actions/runs/7/attempts/1#deploy', leaseDurationSeconds: 3600 },
    });
    const release = releaseText({ services: all(['auth', 'zeta'], 2) });
    const { code, what } = await failure(released(on, { release, 'lock-timeout': '30s' }));
    expect({ code, what }).toMatchObject({ code: 'LOCK_HELD', what: expect.stringContaining('shop/zeta/actions/runs/7') });
    expect(leftBehind(on)).toEqual(['only wf-deploy-zeta is held']);
    expect(running(on)).toEqual({ [everywhere]: { auth: 1, zeta: 1 } });
  });

  it('a lock that cannot be given away is told of, and hides nothing', async () => {
    const on = fleetShop({ services: ['auth', 'zeta'] });
    on.clusters[everywhere]?.put(Lease, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'wf-deploy-zeta', namespace: 'shop' },
      spec: { holderIdentity: 'https://github.com/shop/zeta/actions/runs/7/attempts/1#deploy', leaseDurationSeconds: 3600 },
    });
    const [cluster] = Object.values(on.clusters);
    if (cluster !== undefined)
      cluster.failing = ({ write, name }) => (write?.do === 'patch' && name === 'wf-deploy-auth' ? unreachable() : undefined);
    const release = releaseText({ services: all(['auth', 'zeta'], 2) });
    expect(await failure(released(on, { release, 'lock-timeout': '30s' }))).toMatchObject({ code: 'LOCK_HELD' });
    expect(on.lines.filter((line) => line.includes('was not given away'))).toEqual([
      expect.stringMatching(/auth: The lock was not given away, it expires by itself: The API server gave no answer\.$/),
    ]);
  });
});

describe('waves', () => {
  const { clusters, files } = threeWaves;
  const inputs = { clusters: 'all', environment: 'production' };
  const names = ['auth', 'agent'];
  const uniform = (version: number) => Object.fromEntries(clusters.map((name) => [name, versions(names, version)]));

  it('the canary cluster comes first, then the smaller share of the users', async () => {
    const on = fleetShop({ services: names, clusters, files });
    const result = await released(on, { ...inputs, release: releaseText({ services: all(names, 2) }), soak: '1m' });
    expect(result).toMatchObject({ outcome: 'promoted', waves: [['canary'], ['west'], ['east']] });
    expect(running(on)).toEqual(uniform(2));
    const begun = clusters.map(
      (name) =>
        on.clusters[name]?.calls.find(({ verb, kind, write }) => verb === 'replace' && kind === 'Deployment' && write?.dryRun !== true)
          ?.at ?? 0,
    );
    expect((begun[1] ?? 0) - (begun[0] ?? 0)).toBeGreaterThanOrEqual(60);
    expect((begun[2] ?? 0) - (begun[1] ?? 0)).toBeGreaterThanOrEqual(60);
    expect(leftBehind(on)).toEqual([]);
  });

  it('a warning says of which cluster it is', async () => {
    const on = fleetShop({ services: ['auth', 'gateway'], clusters, files });
    const result = await released(on, { ...inputs, release: releaseText({ services: all(['auth'], 2) }) });
    expect(result.warnings).toEqual(clusters.map((name) => expect.stringMatching(`^${name}: Deployment gateway runs in the namespace`)));
  });

  it.each([0, 1, 2])('a failure in wave %i takes every wave back: the end is uniform', async (wave) => {
    const on = fleetShop({ services: names, clusters, files });
    const bad = on.clusters[clusters[wave] ?? ''];
    if (bad === undefined) throw new Error('There is no such cluster.');
    refuseOnce(bad, 'agent');
    const result = await released(on, { ...inputs, release: releaseText({ services: all(names, 2) }) });
    expect(result.outcome).toBe('rolled-back');
    expect(running(on)).toEqual(uniform(1));
    expect(leftBehind(on)).toEqual([]);
    const outcomes = result.clusters.map(({ name, outcome }) => [name, outcome]);
    expect(outcomes).toEqual(clusters.map((name, index) => [name, index <= wave ? 'rolled-back' : 'not-started']));
  });

  it.each(['canary', 'west'])('a rollback by hand in %s, while the next wave waits, pulls every other back', async (where) => {
    const on = fleetShop({ services: names, clusters, files });
    const going = executeDeploy(deployPlan({ ...inputs, release: releaseText({ services: all(names, 2) }), soak: '10m' }), on.fleet);
    const begun = (cluster: string): boolean => running(on)[cluster]?.['agent'] === 2;
    void (async () => {
      while (!begun(where)) await on.clock.sleep(5);
      await on.clock.sleep(60);
      const { world } = on.fleet.reach({ cluster: where, context: '' });
      const plan = backPlan({ service: 'auth', namespace: 'shop', reason: 'checkout answers 500' });
      expect(await rollBack(plan, { ...world, run: { ...world.run, holder: 'by hand' } })).toMatchObject({ outcome: 'rolled-back' });
    })();
    const result = await on.clock.until(going);
    expect(result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('Lease shop/wf-deploy-auth was taken by') });
    expect(running(on)).toEqual(uniform(1));
    expect(result.clusters.find(({ name }) => name === 'east')).toMatchObject({ outcome: 'not-started' });
    // It is held there, so the next release of the same stops before it writes anything anywhere.
    await on.clock.pass(120);
    const again = fleetShop({ services: names, clusters, files, holder: 'again' }, on);
    const { what } = await failure(released(again, { ...inputs, release: releaseText({ services: all(names, 2) }) }));
    expect(what).toContain(`Cluster ${where}: auth: `);
    expect(what).toContain('rolled it back (checkout answers 500)');
    expect(running(on)).toEqual(uniform(1));
  });

  /** In canary, a minute after it was released and while the next wave waits. */
  async function takenBackInCanary(on: FleetShop, begun: (cluster: string) => boolean): Promise<void> {
    while (!begun('canary')) await on.clock.sleep(5);
    await on.clock.sleep(60);
    const { world } = on.fleet.reach({ cluster: 'canary', context: '' });
    const plan = backPlan({ service: 'auth', namespace: 'shop', reason: 'checkout answers 500' });
    expect(await rollBack(plan, { ...world, run: { ...world.run, holder: 'by hand' } })).toMatchObject({ outcome: 'rolled-back' });
  }

  it.each([
    ['its hold', rollbackKey],
    ['its record alone, the hold of an image by tag was never set', holdsKey],
  ])('a rollback by hand is heard with `on-failure: stop` too, where no lock is held any more: by %s', async (_, without) => {
    const on = fleetShop({ services: names, clusters, files });
    const wish = { ...inputs, release: releaseText({ services: all(names, 2) }), soak: '10m', 'on-failure': 'stop' };
    const going = executeDeploy(deployPlan(wish), on.fleet);
    void takenBackInCanary(on, (cluster) => running(on)[cluster]?.['agent'] === 2).then(() => {
      const lease = on.clusters['canary']?.find(Lease, leaseName('auth'));
      if (lease === undefined) throw new Error('There is no Lease.');
      const { [without]: left, ...annotations } = lease.metadata.annotations ?? {};
      expect(left).toBeDefined();
      on.clusters['canary']?.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
    });
    const result = await on.clock.until(going);
    expect(result).toMatchObject({ outcome: 'stopped', code: 'ROLLED_BACK', reason: expect.stringContaining('checkout answers 500') });
    expect(running(on)).toEqual({ ...uniform(1), canary: { ...versions(names, 2), auth: 1 } });
  });

  it('a rollback by hand is heard by a run that found its first wave done, and holds no lock there', async () => {
    const first = fleetShop({ services: names, clusters, files });
    await released(first, { clusters: 'canary', environment: 'production', release: releaseText({ services: all(names, 2) }) });
    await first.clock.pass(120);
    const on = fleetShop({ services: names, clusters, files, holder: 'run-2' }, first);
    const going = executeDeploy(deployPlan({ ...inputs, release: releaseText({ services: all(names, 2) }), soak: '10m' }), on.fleet);
    void takenBackInCanary(on, (cluster) => running(on)[cluster]?.['agent'] === 2);
    const result = await on.clock.until(going);
    expect(result).toMatchObject({ code: 'ROLLED_BACK', reason: expect.stringContaining('checkout answers 500') });
    expect(running(on)).toEqual({ ...uniform(1), canary: { ...versions(names, 2), auth: 1 } });
  });

  it('a rollback by hand while the second wave waits takes that back, also where the first was done before', async () => {
    const first = fleetShop({ services: names, clusters, files });
    await released(first, { clusters: 'canary', environment: 'production', release: releaseText({ services: all(names, 2) }) });
    await first.clock.pass(120);
    const on = fleetShop({ services: names, clusters, files, holder: 'run-2' }, first);
    const going = executeDeploy(deployPlan({ ...inputs, release: releaseText({ services: all(names, 2) }), soak: '10m' }), on.fleet);
    void takenBackInCanary(on, () => running(on)['west']?.['agent'] === 2);
    const result = await on.clock.until(going);
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      code: 'ROLLED_BACK',
      reason: expect.stringContaining('Cluster canary: auth: '),
    });
    expect(running(on)).toEqual({ ...uniform(1), canary: { ...versions(names, 2), auth: 1 } });
  });

  it('an older rollback says nothing about this release', async () => {
    const on = fleetShop({ services: names, clusters, files });
    await released(on, { ...inputs, release: releaseText({ services: all(names, 2) }) });
    const { world } = on.fleet.reach({ cluster: 'canary', context: '' });
    const plan = backPlan({ service: 'auth', namespace: 'shop' });
    await on.clock.until(rollBack(plan, { ...world, run: { ...world.run, holder: 'by hand' } }));
    await on.clock.pass(120);
    const later = fleetShop({ services: names, clusters, files, holder: 'run-2' }, on);
    const wish = { ...inputs, release: releaseText({ services: all(names, 4) }), soak: '10m' };
    expect(await released(later, wish)).toMatchObject({ outcome: 'promoted' });
  });

  it('a cluster that nobody can ask before the next wave ends the release', async () => {
    const on = fleetShop({ services: names, clusters, files });
    const wish = { ...inputs, release: releaseText({ services: all(names, 2) }), soak: '10m', 'on-failure': 'stop' };
    const going = executeDeploy(deployPlan(wish), on.fleet);
    void (async () => {
      while (running(on)['canary']?.['agent'] !== 2) await on.clock.sleep(5);
      await on.clock.sleep(60);
      if (on.clusters['canary'] !== undefined) on.clusters['canary'].failing = unreachable;
    })();
    expect(await on.clock.until(going)).toMatchObject({ outcome: 'stopped', code: 'CLUSTER_UNREACHABLE' });
    expect(running(on)).toEqual({ ...uniform(1), canary: versions(names, 2) });
  });

  it('a cluster that fails hides no other: each of a wave has its own result', async () => {
    const equal = {
      '.github/clusters.yml': clustersText([
        ['east', 100],
        ['west', 100],
        ['south', 100],
      ]),
    };
    const on = fleetShop({ services: names, clusters: ['east', 'west', 'south'], files: equal });
    const west = on.clusters['west'];
    if (west === undefined) throw new Error('There is no such cluster.');
    west.failing = ({ verb, kind, write }) =>
      verb === 'replace' && kind === 'Deployment' && write?.dryRun !== true
        ? new Failure('CLUSTER_REFUSED', 'Not here.', 'Ask.')
        : undefined;
    const result = await released(on, { ...inputs, release: releaseText({ services: all(names, 2) }), 'on-failure': 'stop' });
    expect(result.outcome).toBe('stopped');
    expect(Object.fromEntries(result.clusters.map(({ name, outcome }) => [name, outcome]))).toEqual({
      east: 'promoted',
      west: 'rolled-back',
      south: 'promoted',
    });
    expect(running(on)).toEqual({ east: versions(names, 2), west: versions(names, 1), south: versions(names, 2) });
  });
});

it('a service that a person takes back just before the end is not said to be promoted, nor put on record', async () => {
  const forge = memoryForge();
  const on = fleetShop({ services: ['auth', 'agent'], forge });
  const cluster = on.clusters[everywhere] as MemoryCluster;
  const { reacting } = cluster;
  let back: ReturnType<typeof rollBack> | undefined;
  cluster.reacting = (object) => {
    // The last service takes ten seconds, in which nothing renews the lock of the first one.
    if (object.kind !== 'Deployment' || object.metadata.name !== 'agent') return reacting(object);
    void on.clock.sleep(10).then(() => reacting(object));
    const { world } = on.fleet.reach({ cluster: everywhere, context: '' });
    const plan = backPlan({ service: 'auth', namespace: 'shop', reason: 'checkout answers 500' });
    back ??= rollBack(plan, { ...world, forge: undefined, run: { ...world.run, holder: 'by hand' } });
  };
  const services = [
    { name: 'auth', version: 2 },
    { name: 'agent', version: 2, needs: ['auth'] },
  ];
  const result = await released(on, { release: releaseText({ services }), environment: 'staging', 'github-token': 't' });
  expect(await back).toMatchObject({ outcome: 'rolled-back' });
  expect(running(on)).toEqual({ [everywhere]: { auth: 1, agent: 2 } });
  expect(result).toMatchObject({
    outcome: 'stopped',
    code: 'LOCK_LOST',
    reason: expect.stringContaining('auth: Lease shop/wf-deploy-auth'),
  });
  expect(forge.records).toEqual([]);
});

it('with on-failure stop a part that stays is not taken back, whatever became of its last words', async () => {
  const on = fleetShop({ services: ['auth', 'agent'] });
  const cluster = on.clusters[everywhere] as MemoryCluster;
  cluster.failing = ({ verb, name, write }) =>
    verb === 'patch' && name === leaseName('auth') && JSON.stringify(write).includes('promoted') ? unreachable() : undefined;
  const inputs = { release: releaseText({ services: all(['auth', 'agent'], 2, 'agent') }), 'on-failure': 'stop', 'services-at-once': '1' };
  expect(await released(on, inputs)).toMatchObject({ outcome: 'stopped' });
  expect(leftBehind(on)).toContain('only wf-deploy-auth is held');
  // And a first look, or the word that gives it away, without an answer does not leave it to expire.
  const silent = new Set(['look', 'release']);
  cluster.failing = ({ verb, name, write }) => {
    const call = JSON.stringify(write ?? '').includes('"path":"/spec/holderIdentity","value":""') ? 'release' : 'look';
    return name === leaseName('auth') && (call === 'release' || verb === 'get') && silent.delete(call) ? unreachable() : undefined;
  };
  const post = fleetShop({ services: ['auth', 'agent'], holder: 'post' }, on);
  const handed = Object.assign({}, ...on.handedOver, { open: 'true' }) as Record<string, string>;
  const report = await on.clock.until(takeBack(deployPlan(inputs), handed, post.fleet));
  expect([...silent]).toEqual([]);
  expect(report?.summary).toContain('/auth: kept, and its lock is free');
  expect(running(on)).toEqual({ [everywhere]: { auth: 2, agent: 1 } });
  expect(leftBehind(on)).toEqual([]);
});

describe('a run that is killed', () => {
  const names = ['auth', 'agent', 'sql'];
  const more = 'config: [config.yaml]';
  const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { MODE: new }\n';
  const services = [
    { name: 'auth', version: 2 },
    { name: 'agent', version: 2, needs: ['auth'] },
    { name: 'sql', version: 2 },
  ];
  const inputs = { release: releaseText({ services, more }), 'services-at-once': '2' };

  async function killedAfter(writes: number): Promise<{ readonly on: FleetShop; readonly died: boolean }> {
    const files = { 'config.yaml': config };
    const on = fleetShop({ services: names, files });
    const dying = fleetShop({ services: names, files, holder: 'dead', seen: (cluster) => dyingAfter(cluster, writes) }, on);
    let ended = false;
    void executeDeploy(deployPlan(inputs), dying.fleet).then(() => {
      ended = true;
    });
    await on.clock.pass(200);
    return { on: { ...on, handedOver: dying.handedOver }, died: !ended };
  }

  it('at any of its writes is repaired by a second run', async () => {
    let cells = 0;
    for (let writes = 0; ; writes += 1) {
      const { on, died } = await killedAfter(writes);
      const second = fleetShop({ services: names, files: { 'config.yaml': config }, holder: 'second' }, on);
      expect([writes, (await released(second, inputs)).outcome]).toEqual([writes, 'promoted']);
      expect([writes, running(on)]).toEqual([writes, { [everywhere]: versions(names, 2) }]);
      expect([writes, leftBehind(on)]).toEqual([writes, []]);
      if (!died) break;
      cells += 1;
    }
    expect(cells).toBeGreaterThan(20);
  });

  it('is waited for once, and not once for each of its locks', async () => {
    const { on } = await killedAfter(9);
    expect(leftBehind(on).filter((each) => each.endsWith('is held'))).toHaveLength(4);
    const second = fleetShop({ services: names, files: { 'config.yaml': config }, holder: 'second' }, on);
    const since = on.clock.monotonic();
    expect(await released(second, inputs)).toMatchObject({ outcome: 'promoted' });
    expect(on.clock.monotonic() - since).toBeGreaterThanOrEqual(60);
    expect(on.clock.monotonic() - since).toBeLessThan(90);
  });

  it('at any of its writes is repaired by its `post`: all of it, or nothing', async () => {
    for (let writes = 0; ; writes += 1) {
      const { on, died } = await killedAfter(writes);
      if (!died) break;
      const post = fleetShop({ services: names, files: { 'config.yaml': config }, holder: 'post' }, on);
      const handed = Object.assign({}, ...on.handedOver) as Record<string, string>;
      await on.clock.until(takeBack(deployPlan(inputs), handed, post.fleet));
      const version = handed['decision'] === 'keep' ? 2 : 1;
      expect([writes, running(on)]).toEqual([writes, { [everywhere]: versions(names, version) }]);
      expect([writes, leftBehind(on)]).toEqual([writes, []]);
    }
  });
});

it('whatever fails in whichever cluster, the end is uniform', async () => {
  const names = ['auth', 'agent', 'sql'];
  const clusters = ['one', 'two', 'three'];
  const files = {
    '.github/clusters.yml': clustersText([
      ['one', 10],
      ['two', 20],
      ['three', 20],
    ]),
  };
  const needs = fc.constantFrom([[], [], []], [[], ['auth'], ['agent']], [['sql'], [], []], [[], ['auth'], ['auth']]);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.constantFrom(...clusters),
      needs,
      fc.integer({ min: 1, max: 3 }),
      async (bad, where, order, atOnce) => {
        const on = fleetShop({ services: names, clusters, files });
        const cluster = on.clusters[where];
        if (cluster === undefined) throw new Error('There is no such cluster.');
        refuseOnce(cluster, bad);
        const services = names.map((name, index) => ({ name, version: 2, needs: order[index] ?? [] }));
        const result = await released(on, {
          release: releaseText({ services }),
          clusters: 'one two three',
          'services-at-once': String(atOnce),
        });
        expect(result.outcome).toBe('rolled-back');
        expect(running(on)).toEqual(Object.fromEntries(clusters.map((name) => [name, versions(names, 1)])));
        expect(leftBehind(on)).toEqual([]);
      },
    ),
    { numRuns: 12 },
  );
});
