import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { AzureServer } from '../adapters/azure/azure-server.ts';
import { azureServer, client, clusterPath, kubeconfigOf, soundCluster, subscription, tenant } from '../adapters/azure/azure-server.ts';
import { answer, type Loopback, loopback } from '../adapters/loopback.ts';
import { type ActionResult, runAction } from './runner.ts';

const application = '6dae42f8-4368-4678-94ff-3960e28e3630';
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-aks-'));
let azure: AzureServer;
let api: Loopback;

const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', labels: { 'kubernetes.azure.com/agentpool': 'apps' } },
  status: {
    allocatable: { cpu: '2', memory: '8Gi', pods: '110' },
    nodeInfo: { kubeletVersion: 'v1.34.4' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
};
const list = (kind: string, items: readonly unknown[]) => ({ apiVersion: 'v1', kind, metadata: { resourceVersion: '1' }, items });

beforeAll(async () => {
  azure = await azureServer();
  const { cert, key, ca } = azure.certificates;
  writeFileSync(join(folder, 'ca.crt'), ca);
  mkdirSync(join(folder, 'workspace/.github'), { recursive: true });
  writeFileSync(
    join(folder, 'workspace/.github/clusters.yml'),
    `clusters: [{ name: eastus, environment: production, region: eastus, namespace: shop, aks: "${clusterPath}" }]\n`,
  );
  api = await loopback(
    (request, response) => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      if (!azure.isGood(token, application)) return answer(response, 401, { kind: 'Status', code: 401 });
      const path = (request.url ?? '').replace(/\?.*/, '');
      if (path === '/version') return answer(response, 200, { gitVersion: 'v1.34.4' });
      if (path === '/api/v1/nodes') return answer(response, 200, list('NodeList', [node]));
      if (path === '/api/v1/pods') return answer(response, 200, list('PodList', []));
      return answer(response, 200, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    },
    { cert, key },
  );
});
afterAll(async () => {
  await api.close();
  await azure.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  azure.cluster = soundCluster;
  azure.issued.length = 0;
  azure.credentials = kubeconfigOf(kubeconfig(api.url));
});

const kubeconfig = (server: string, command = 'kubelogin'): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'eastus',
    contexts: [{ name: 'eastus', context: { cluster: 'eastus', user: 'clusterUser_shop_eastus' } }],
    clusters: [
      { name: 'eastus', cluster: { server, 'certificate-authority-data': Buffer.from(azure.certificates.ca).toString('base64') } },
    ],
    users: [
      {
        name: 'clusterUser_shop_eastus',
        user: {
          exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command, args: ['get-token', '--server-id', application] },
        },
      },
    ],
  });

async function cluster(
  inputs: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = azure.environment,
  meanwhile: (line: string) => void = () => undefined,
) {
  let kept: { readonly path: string; readonly mode: number; readonly text: string } | undefined;
  const result = await runAction({
    action: 'cluster',
    folder,
    inputs: {
      name: 'eastus',
      'azure-client-id': client,
      'azure-tenant-id': tenant,
      'azure-authority': azure.cloud.authority,
      'azure-management': azure.cloud.management,
      ...inputs,
    },
    env: { ...env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt') },
    onLine(line) {
      meanwhile(line);
      const [, path] = /^kubeconfig (\/\S+)$/.exec(line) ?? [];
      if (path !== undefined) kept = { path, mode: statSync(path).mode & 0o777, text: readFileSync(path, 'utf8') };
    },
  });
  return { result, kept };
}

const errors = ({ commands }: ActionResult): string =>
  commands
    .filter(({ name }) => name === 'error')
    .map(({ message }) => message)
    .join('\n');

it('gives a job its way to a cluster, and takes it away again', async () => {
  const { result, kept } = await cluster({ room: '5 x 500m/1Gi' });
  expect([result.stderr, errors(result), result.exitCode]).toEqual(['', '', 0]);
  expect(result.outputs).toMatchObject({ outcome: 'ready', context: `${subscription}/shop/eastus`, namespace: 'shop', version: 'v1.34.4' });
  expect(result.summary).toContain('once the autoscaler has added a node');
  expect(kept).toMatchObject({ path: result.outputs['kubeconfig'], mode: 0o600 });
  expect(kept?.path).not.toContain('workspace');
  expect(kept?.text).toContain('credential.js');
  expect(kept?.text).not.toContain('kubelogin');
  expect(result.post).toMatchObject({ exitCode: 0, stderr: '' });
  expect(() => statSync(kept?.path ?? '')).toThrow('ENOENT');
});

it('every token is masked, and stands nowhere else', async () => {
  const { result, kept } = await cluster();
  const masked = result.commands.filter(({ name }) => name === 'add-mask').map(({ message }) => message);
  const requestToken = azure.environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
  expect(masked).toContain(requestToken);
  // Of the workflow and of Entra, for the management API; the plugin's own token of the workflow never leaves its process.
  expect(azure.issued.filter((token) => !masked.includes(token))).toHaveLength(1);
  expect(azure.issued).toHaveLength(4);
  const told = [result.log, result.summary, JSON.stringify([result.outputs, result.state, result.report]), kept?.text].join('\n');
  for (const secret of [requestToken, ...azure.issued]) expect(told).not.toContain(secret);
});

it.each<readonly [string, () => void, Readonly<Record<string, string>>, readonly string[]]>([
  ['stopped', () => (azure.cluster = { ...soundCluster, powerState: { code: 'Stopped' } }), {}, ['the cluster is stopped']],
  ['being upgraded', () => (azure.cluster = { ...soundCluster, provisioningState: 'Upgrading' }), {}, ['Upgrading', 'wait-for-operation']],
  ['too small', () => undefined, { room: '50 x 500m/1Gi' }, ['of 50 pods']],
  [
    'private',
    () => {
      azure.cluster = { ...soundCluster, apiServerAccessProfile: { enablePrivateCluster: true } };
      azure.credentials = kubeconfigOf(kubeconfig('https://127.0.0.1:1'));
    },
    {},
    ['private cluster', 'self-hosted'],
  ],
  ['one that would start a program', () => (azure.credentials = kubeconfigOf(kubeconfig(api.url, 'curl'))), {}, ['`curl`']],
  ['in another tenant', () => undefined, { 'azure-client-id': tenant }, ['azure-client-id']],
])('one that is %s is not handed on', async (_, change, inputs, told) => {
  change();
  const { result, kept } = await cluster(inputs);
  expect([result.exitCode, result.outputs['outcome'], kept]).toEqual([1, 'not-started', undefined]);
  for (const text of told) expect(errors(result)).toContain(text);
});

it('waits for an operation that is under way', async () => {
  azure.cluster = { ...soundCluster, provisioningState: 'Updating' };
  const { result } = await cluster({ 'wait-for-operation': '2s' }, azure.environment, (line) => {
    if (/the cluster is Updating: waiting for up to \d/.test(line)) azure.cluster = soundCluster;
  });
  expect(result.outputs).toMatchObject({ outcome: 'ready', reason: '' });
});

it('a job without `id-token: write` is told so', async () => {
  const { result } = await cluster({}, {});
  expect(errors(result)).toContain('id-token: write');
});
