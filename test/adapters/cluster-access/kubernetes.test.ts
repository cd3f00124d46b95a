import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadKubeconfig } from '../../../src/adapters/cluster/kubeconfig.ts';
import { kubernetesAccess } from '../../../src/adapters/cluster-access/kubernetes.ts';
import { failureBy, failureOf } from '../thrown.ts';

const folder = mkdtempSync(join(tmpdir(), 'access-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = `apiVersion: v1
kind: Config
current-context: one
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1" } }]
users:
  - { name: u, user: { token: hunter-of-the-cluster } }
  - { name: plugin, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never } } }
contexts:
  - { name: one, context: { cluster: c, user: u, namespace: shop } }
  - { name: two, context: { cluster: c, user: plugin } }
`;

const masked: string[] = [];
const accessAfter = (earlier: string) =>
  kubernetesAccess({ folder, earlier, version: '1', mask: (secret) => masked.push(secret), onRequest: () => undefined });
const access = accessAfter('');

describe('kubernetesAccess', () => {
  it('opens a context, and masks its secrets', () => {
    const open = access.open(text, '');
    open.close();
    expect(open).toMatchObject({ context: 'one', namespace: 'shop', server: '127.0.0.1:1' });
    expect(masked).toContain('hunter-of-the-cluster');
    const other = access.open(Buffer.from(text).toString('base64'), 'two');
    other.close();
    expect(other).toMatchObject({ context: 'two', namespace: 'default' });
  });

  it('refuses what is no kubeconfig', () => {
    expect(failureBy(() => access.open('hunter2: [', '')).code).toBe('KUBECONFIG_INVALID');
    expect(failureBy(() => access.open(text, 'three')).code).toBe('KUBECONFIG_INVALID');
  });

  it('keeps a kubeconfig for this user alone, as it was, with the context as the current one', async () => {
    const { path, search } = await access.keep(Buffer.from(text).toString('base64'), 'two');
    expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(search).toBe(path);
    expect(loadKubeconfig({ path }).context).toBe('two');
    const users = JSON.parse(readFileSync(path, 'utf8')) as { users: unknown[] };
    expect(users.users[1]).toEqual({
      name: 'plugin',
      user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'login', interactiveMode: 'Never' } },
    });
    await access.forget(path);
    expect(existsSync(dirname(path))).toBe(false);
    await access.forget(path);
  });

  it('leaves what earlier steps kept reachable behind its own, unless a name would lead elsewhere', async () => {
    const named = (name: string, cluster = name): string =>
      JSON.stringify({
        'current-context': name,
        contexts: [{ name, context: { cluster, user: name } }],
        clusters: [{ name: cluster, cluster: { server: `https://${name}.example.com` } }],
        users: [{ name, user: { token: `token-of-${name}` } }],
      });
    const own = join(folder, 'own-kubeconfig');
    writeFileSync(own, named('own'));
    const east = await access.keep(named('east'), '');
    const same = await access.keep(named('same', 'east'), '');
    const gone = await access.keep(named('gone'), '');
    await access.forget(gone.path);
    const west = await accessAfter([east.path, same.path, own, gone.path].join(':')).keep(named('west'), '');
    expect(west.search).toBe(`${west.path}:${east.path}`);
    const serverOf = (context: string) => loadKubeconfig({ path: west.search, context }).config.getCurrentCluster()?.server;
    expect([serverOf(''), serverOf('west'), serverOf('east')]).toEqual(
      ['west', 'west', 'east'].map((name) => `https://${name}.example.com`),
    );
    const again = await accessAfter(west.search).keep(named('east'), '');
    expect(again.search).toBe(`${again.path}:${west.path}`);
    for (const { path } of [east, same, west, again]) await access.forget(path);
  });

  it('forgets nothing that it did not keep', async () => {
    const other = join(folder, 'kubeconfig');
    writeFileSync(other, '');
    for (const path of ['', '/', other, `${folder}/wf-deploy-cluster-x/../kubeconfig`, '/etc/wf-deploy-cluster-x/kubeconfig'])
      expect((await failureOf(access.forget(path))).code).toBe('FILE_UNREADABLE');
    expect(existsSync(other)).toBe(true);
  });
});
