import { describe, expect, it } from '@jest/globals';
import { aksServer, withOwnPlugin } from '../../../src/domain/fleet/aks-kubeconfig.ts';

const other = '11111111-2222-3333-4444-555555555555';
const cluster = { server: 'https://eastus.hcp.azmk8s.io:443', 'certificate-authority-data': 'QQ==' };
const document = (user: unknown, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'eastus',
  contexts: [{ name: 'eastus', context: { cluster: 'eastus', user: 'u', namespace: 'n' } }],
  clusters: [{ name: 'eastus', cluster }],
  users: [{ name: 'u', user }],
  ...more,
});
/** As it comes out, under the name that is given. */
const renamed = (user: unknown) =>
  document(user, {
    'current-context': 'id',
    contexts: [{ name: 'id', context: { cluster: 'id', user: 'id', namespace: 'n' } }],
    clusters: [{ name: 'id', cluster }],
    users: [{ name: 'id', user }],
  });
const pluginFor = (server: string) => ({ command: '/node', args: [server] });
const kubelogin = (args: unknown, command = 'kubelogin') => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command, args },
});

describe('withOwnPlugin', () => {
  it.each([
    ['kubelogin', kubelogin(['get-token', '--login', 'devicecode', '--server-id', other]), other],
    ['kubelogin with =', kubelogin(['get-token', `--server-id=${other}`]), other],
    ['kubelogin without a server', kubelogin(['get-token']), aksServer],
    ['kubelogin without arguments', kubelogin(null), aksServer],
    ['kubelogin by its path', kubelogin([], '/usr/local/bin/kubelogin'), aksServer],
    ['kubelogin of Windows', kubelogin([], 'C:\\tools\\kubelogin.exe'), aksServer],
    ['the old provider', { 'auth-provider': { name: 'azure', config: { 'apiserver-id': other } } }, other],
    ['the old provider without configuration', { 'auth-provider': { name: 'azure' } }, aksServer],
  ])('%s', (_, user, server) => {
    expect(withOwnPlugin(document(user), 'id', pluginFor)).toEqual({
      ok: true,
      value: renamed({
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: '/node',
          args: [server],
          interactiveMode: 'Never',
          provideClusterInfo: false,
        },
      }),
    });
  });

  it('lets certificates and tokens be, and takes nothing else of the file', () => {
    const user = { 'client-certificate-data': 'QQ==', 'client-key-data': 'QQ==', token: 't' };
    const given = document(user, {
      preferences: { colors: true },
      users: [
        { name: 'other', user: kubelogin([], 'curl') },
        { name: 'u', user },
      ],
    });
    expect(withOwnPlugin(given, 'id', pluginFor)).toEqual({ ok: true, value: renamed(user) });
  });

  it.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ['another program', document(kubelogin([], 'curl')), '`curl`'],
    ['a program that looks like it', document(kubelogin([], 'kubelogin; rm')), 'would start'],
    ['a program in a folder that is called so', document(kubelogin([], 'kubelogin/sh')), 'would start'],
    ['another provider', document({ 'auth-provider': { name: 'gcp' } }), '`gcp`'],
    ['a provider behind the plugin', document({ ...kubelogin([]), exec: { command: 'sh' } }), '`sh`'],
    ['a server that is none', document(kubelogin(['--server-id', 'https://evil'])), 'no application'],
    ['a server id at the end', document(kubelogin(['--server-id'])), 'no application'],
    ['a file of the runner', document({ tokenFile: '/etc/passwd' }), 'reads a file'],
    ['no users', document({}, { users: [] }), 'without credentials'],
    ['a user without credentials', document(undefined), 'without credentials'],
    ['no TLS', document({ token: 't' }, { clusters: [{ name: 'eastus', cluster: { server: 'http://c' } }] }), 'TLS'],
    [
      'TLS that is not looked at',
      document({ token: 't' }, { clusters: [{ name: 'eastus', cluster: { ...cluster, 'insecure-skip-tls-verify': true } }] }),
      'TLS',
    ],
    ['no current context', document({ token: 't' }, { 'current-context': 'none' }), 'no current context'],
    ['no clusters', document({ token: 't' }, { clusters: undefined }), 'TLS'],
  ])('refuses %s', (_, given, told) => {
    expect(withOwnPlugin(given, 'id', pluginFor)).toMatchObject({ ok: false, problem: expect.stringContaining(told) });
  });
});
