import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadKubeconfig } from '../../../src/adapters/cluster/kubeconfig.ts';
import { everythingIn, failureBy } from '../thrown.ts';
import { base64, kubeconfigText } from './kubeconfig-text.ts';

const yaml = `# from the cloud's console
apiVersion: v1
kind: Config
current-context: staging
clusters:
- name: staging
  cluster: { server: https://staging.example:6443/ }
- name: production
  cluster: { server: https://production.example/k8s/clusters/c-1 }
users:
- name: ci
  user: { token: eyJhbGciOi.secret-token }
- name: admin
  user: { username: admin, password: correct horse }
contexts:
- name: staging
  context: { cluster: staging, user: ci, namespace: shop }
- name: production
  context: { cluster: production, user: admin }
- name: broken
  context: { cluster: gone, user: ci }
- name: nobody
  context: { cluster: staging, user: gone }
`;

const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('loadKubeconfig', () => {
  it.each([
    ['YAML', yaml],
    ['base64', base64(yaml)],
    ['base64 in lines', `${base64(yaml).replace(/(.{76})/g, '$1\n')}\n`],
    ['base64 without padding, for URLs', Buffer.from(yaml).toString('base64url')],
    ['JSON', kubeconfigText({ server: 'https://staging.example:6443' }).replaceAll('lab', 'staging')],
  ])('reads %s', (_, text) => {
    const { config, context } = loadKubeconfig({ text });
    expect(context).toBe('staging');
    expect(config.getCurrentCluster()?.server).toBe('https://staging.example:6443');
  });

  it('takes another context when one is named', () => {
    const { config } = loadKubeconfig({ text: yaml, context: 'production' });
    expect(config.getCurrentCluster()?.server).toBe('https://production.example/k8s/clusters/c-1');
    expect(config.getCurrentUser()?.name).toBe('admin');
  });

  it.each([
    ['an unknown context', { text: yaml, context: 'prod' }, 'no context prod. It has these contexts: staging, production, broken, nobody.'],
    [
      'no current context',
      { text: yaml.replace('current-context: staging', '') },
      'no current-context. It has these contexts: staging, production, broken, nobody.',
    ],
    ['no contexts', { text: 'kind: Config' }, 'no contexts at all'],
    ['a context without its cluster', { text: yaml, context: 'broken' }, 'names cluster gone, which is not in the kubeconfig'],
    ['a context without its user', { text: yaml, context: 'nobody' }, 'names user gone, who is not in the kubeconfig'],
    [
      'a server that is no URL',
      { text: yaml.replace('https://staging.example:6443/', 'staging.example:6443') },
      'no usable server address',
    ],
    [
      'a cluster without a server',
      { text: yaml.replace('server: https://staging.example:6443/', '') },
      'clusters[0].cluster.server is missing',
    ],
    ['nothing', { text: '' }, 'none was given, and KUBECONFIG names no file'],
    ['a file that is not there', { text: ' \n', path: '/nowhere/config' }, '/nowhere/config does not exist'],
    ['a folder', { path: folder }, 'cannot be read (EISDIR)'],
    ['words', { text: 'not base64 and not a kubeconfig' }, 'is not'],
    ['a list', { text: '- a: list' }, 'it holds no YAML mapping'],
  ])('refuses %s', (_, source, what) => {
    const failure = failureBy(() => loadKubeconfig(source));
    expect(failure.code).toBe('KUBECONFIG_INVALID');
    expect(failure.what).toContain(what);
  });

  it.each([
    '/home/runner/work/_temp/kubeconfig',
    '~/.kube/config',
    './kubeconfig.yaml',
    'C:\\Users\\ci\\.kube\\config',
    'secret-name/config',
    '$HOME/.kube',
  ])('takes %s for a path, and does not show it', (text) => {
    const failure = failureBy(() => loadKubeconfig({ text }));
    expect(failure).toMatchObject({
      code: 'KUBECONFIG_INVALID',
      remedy:
        'This looks like a path. Leave `kubeconfig` empty: the file that `KUBECONFIG` names is read. actions/cluster takes the text alone.',
    });
    expect(everythingIn(failure)).not.toContain(text);
  });

  it.each([base64('a list'), 'words', base64('- a: list').slice(0, -3), '/two\nlines'])('takes %j for no path', (text) =>
    expect(failureBy(() => loadKubeconfig({ text })).remedy).toMatch(/^Give the whole kubeconfig/),
  );

  it('says of plain http how it is meant, or how it is written, and takes it where it is meant', () => {
    const failure = failureBy(() => loadKubeconfig({ text: kubeconfigText({ server: 'http://127.0.0.1:8001' }) }));
    expect(failure).toMatchObject({ code: 'KUBECONFIG_INVALID', what: expect.stringContaining('Cluster lab is reached by plain http') });
    expect(failure.remedy).toMatch(/`server: https:\/\/HOST:PORT`.*`insecure-skip-tls-verify: true`/);
    const meant = kubeconfigText({ server: 'http://127.0.0.1:8001', cluster: { 'insecure-skip-tls-verify': true } });
    expect(loadKubeconfig({ text: meant }).config.getCurrentCluster()?.server).toBe('http://127.0.0.1:8001');
  });

  it('sends whoever gives none to the secret and its environment', () =>
    expect(failureBy(() => loadKubeconfig({ text: '' })).remedy).toMatch(
      /If it comes from a secret, see that the secret is set and that the job is in its `environment`\.$/,
    ));

  it('never quotes from a text that it cannot read', () => {
    const broken = [
      yaml.replace('{ token: eyJhbGciOi.secret-token }', '{ token: "eyJhbGciOi.secret-token }'),
      yaml.replace('name: ci', 'name: ci: eyJhbGciOi.secret-token'),
      `${yaml}\n\t- eyJhbGciOi.secret-token`,
      'users: [{name: a, user: {token: *secret-token}}]',
      '"a secret-token: without end',
      base64(`a: b: secret-token`),
    ];
    for (const text of broken) expect(everythingIn(failureBy(() => loadKubeconfig({ text })))).not.toMatch(/secret-token/);
  });

  it('says in which line it gave up', () => {
    expect(failureBy(() => loadKubeconfig({ text: 'a: 1\nb: [\n' })).what).toMatch(/not valid YAML \([A-Z_]+ in line [23]\)/);
  });

  it('makes a configuration or a Failure of any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => yaml.slice(0, 150) + text),
          fc.base64String(),
          fc.json(),
        ),
        (text) => {
          try {
            loadKubeconfig({ text });
          } catch (error) {
            expect(error).toMatchObject({ code: 'KUBECONFIG_INVALID' });
          }
        },
      ),
    );
  });

  it('does not let a small text grow into a large one by aliases', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((name, i) => `${name}: &${name} [${`*${'abcdefghij'[i]},`.repeat(9)}]`).join('\n')}`;
    expect(failureBy(() => loadKubeconfig({ text: bomb })).what).toContain('aliases');
  });

  it('reads files as kubectl does: several, the first entry of a name counting, paths relative to each', () => {
    const first = file('first', yaml);
    const second = file('second', kubeconfigText({ server: 'https://other.example', cluster: { 'certificate-authority': 'ca.crt' } }));
    const third = file('third', yaml.replace('https://staging.example:6443/', 'https://not-this.example/'));
    const path = ['/nowhere/config', first, second, third].join(delimiter);
    expect(loadKubeconfig({ path }).config.getCurrentCluster()?.server).toBe('https://staging.example:6443');
    expect(loadKubeconfig({ path, context: 'lab' }).config.getCurrentCluster()?.caFile).toBe(join(folder, 'ca.crt'));
  });

  it('prefers the text to the files', () => {
    const path = file('config', yaml);
    expect(loadKubeconfig({ text: kubeconfigText({ server: 'https://given.example' }), path }).context).toBe('lab');
  });

  it('promises credential plugins the environment that the protocol promises them', () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: 'kubelogin', env: [{ name: 'A', value: 'b' }] };
    const { config } = loadKubeconfig({ text: kubeconfigText({ server: 'https://a.example', user: { exec } }) });
    expect(config.getCurrentUser()?.exec.env).toEqual([
      { name: 'A', value: 'b' },
      {
        name: 'KUBERNETES_EXEC_INFO',
        value: '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","spec":{"interactive":false}}',
      },
    ]);
  });
});

describe('the secrets of a kubeconfig', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n';

  it('are its tokens, passwords and keys, of every user, raw and as base64', () => {
    const { secrets } = loadKubeconfig({ text: base64(yaml.replace('{ token: eyJ', `{ client-key-data: ${base64(key)}, token: eyJ`)) });
    for (const secret of ['eyJhbGciOi.secret-token', 'correct horse', key]) {
      expect(secrets).toContain(secret);
      expect(secrets).toContain(base64(secret));
    }
  });

  it('hold the text itself when it was given as base64', () => {
    expect(loadKubeconfig({ text: base64(yaml) }).secrets).toContain(base64(yaml));
    expect(loadKubeconfig({ text: yaml }).secrets).not.toContain(yaml);
  });

  it('are what a credential plugin gets as a secret', () => {
    const exec = {
      command: 'kubelogin',
      args: [
        'get-token',
        '--client-secret',
        'first-secret',
        '--password=second-secret',
        '--server-id',
        'public-id',
        '--token',
        '--verbose',
      ],
      env: [
        { name: 'AAD_SERVICE_PRINCIPAL_CLIENT_SECRET', value: 'third-secret' },
        { name: 'AWS_PROFILE', value: 'public-profile' },
      ],
    };
    const user = { exec, 'auth-provider': { name: 'oidc', config: { 'refresh-token': 'fourth-secret', 'client-id': 'public-client' } } };
    const { secrets } = loadKubeconfig({ text: kubeconfigText({ server: 'https://a.example', user }) });
    expect(secrets).toEqual(expect.arrayContaining(['first-secret', 'second-secret', 'third-secret', 'fourth-secret']));
    expect(secrets.join(' ')).not.toMatch(/public|--verbose/);
  });

  it('are never so short that masking them would blacken the log', () => {
    expect(
      loadKubeconfig({ text: kubeconfigText({ server: 'https://a.example', user: { token: 'a' } }) }).secrets.filter(
        (secret) => secret.length < 4,
      ),
    ).toEqual([]);
  });
});
