import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { type AzureServer, azureServer, client, clusterPath, kubeconfigOf, tenant } from '../adapters/azure/azure-server.ts';
import { githubRepository, githubToken } from '../adapters/forge/github-server.ts';
import { answer, type Loopback, loopback } from '../adapters/loopback.ts';
import { type ActRun, copyForAct, runAct } from './act.ts';

// The real rollback.yml and deploy.yml, run by act: that the step which opens a cluster of AKS gets what it needs, reads the repository's file of clusters, and leaves
// the way to the step behind it, which signs in anew by the plugin. The cluster is an API server that has nothing but nodes and a namespace, so the rollback
// finds no Deployment. The jobs of service-pipeline.yml give that action the same, which service-pipeline.test.ts holds them to.
jest.setTimeout(600_000);
const application = '6dae42f8-4368-4678-94ff-3960e28e3630';
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-aks-workflow-'));
const copy = join(folder, 'wf-deploy');
const repository = join(folder, 'repository');
const asked: string[] = [];
let azure: AzureServer;
let api: Loopback;

beforeAll(async () => {
  azure = await azureServer();
  const { cert, key, ca } = azure.certificates;
  writeFileSync(join(folder, 'ca.crt'), ca);
  api = await loopback(
    (request, response) => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      if (!azure.isGood(token, application)) return answer(response, 401, { kind: 'Status', code: 401 });
      const path = (request.url ?? '').replace(/\?.*/, '');
      asked.push(path);
      if (path === '/version') return answer(response, 200, { gitVersion: 'v1.34.4' });
      if (path === '/api/v1/nodes') return answer(response, 200, { kind: 'NodeList', metadata: { resourceVersion: '1' }, items: [] });
      if (path === '/api/v1/namespaces/shop')
        return answer(response, 200, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
      return answer(response, 404, { kind: 'Status', code: 404, reason: 'NotFound', message: 'not found' });
    },
    { cert, key },
  );
  azure.credentials = kubeconfigOf(
    JSON.stringify({
      'current-context': 'eastus',
      contexts: [{ name: 'eastus', context: { cluster: 'eastus', user: 'user' } }],
      clusters: [{ name: 'eastus', cluster: { server: api.url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
      users: [{ name: 'user', user: { exec: { command: 'kubelogin', args: ['get-token', '--server-id', application] } } }],
    }),
  );
  mkdirSync(copy);
  copyForAct(copy, 'http://127.0.0.1:1');
  mkdirSync(join(repository, '.github/workflows'), { recursive: true });
  writeFileSync(
    join(repository, '.github/clusters.yml'),
    stringify({ clusters: [{ name: 'eastus', environment: 'production', region: 'eastus', namespace: 'shop', aks: clusterPath }] }),
  );
  const image = `127.0.0.1:1/agent@sha256:${'a'.repeat(64)}`;
  const release = { name: 'platform', backup: { skip: 'nothing is stored' }, services: [{ name: 'agent', images: { agent: image } }] };
  writeFileSync(join(repository, '.github/release.yml'), stringify(release));
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', ['-C', repository, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args]);
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', `https://github.com/${githubRepository}.git`);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
});
afterAll(async () => {
  await Promise.all([api?.close(), azure?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function called(workflow: string, inputs: Readonly<Record<string, string>>): Promise<ActRun> {
  const caller = {
    on: 'push',
    jobs: {
      caller: {
        permissions: { contents: 'read', 'id-token': 'write' },
        uses: `your-org/wf-deploy/.github/workflows/${workflow}@local`,
        with: { environment: 'production', ...inputs },
      },
    },
  };
  writeFileSync(join(repository, '.github/workflows/caller.yml'), stringify(caller));
  return await runAct({
    repository,
    copy,
    event: { name: 'push', payload: { ref: 'refs/heads/main', repository: { default_branch: 'main', full_name: githubRepository } } },
    secrets: { GITHUB_TOKEN: githubToken },
    env: { ...azure.environment, NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt') },
  });
}

const rollback = (inputs: Readonly<Record<string, string>>): Promise<ActRun> =>
  called('rollback.yml', { service: 'agent', reason: 'errors', ...inputs });

const identity = () => ({
  'azure-client-id': client,
  'azure-tenant-id': tenant,
  'azure-authority': azure.cloud.authority,
  'azure-management': azure.cloud.management,
});

it.each([
  ['by its name in the file of clusters', { cluster: 'eastus' }, 'eastus'],
  ['by its resource id', { aks: clusterPath, namespace: 'shop' }, ''],
])('a cluster of AKS is reached %s, without a secret', async (_, way, name) => {
  asked.length = 0;
  const run = await rollback({ ...identity(), ...way });
  expect([run.outputs['rollback']?.['version'], run.log]).toEqual(['v1.34.4', expect.stringContaining('Azure is asked for')]);
  expect(run.outputs['rollback']).toMatchObject({ name, namespace: 'shop', outcome: 'not-started' });
  expect(asked).toContain('/apis/apps/v1/namespaces/shop/deployments/agent');
});

it('without client and tenant it is one clear error, and no step goes on', async () => {
  asked.length = 0;
  const run = await rollback({ cluster: 'eastus' });
  expect(run.jobs['rollback']).toBe('failure');
  expect(run.log).toContain('nobody said who this workflow is for Azure');
  expect(asked).toEqual([]);
});

it('a release opens its clusters of AKS itself', async () => {
  asked.length = 0;
  const run = await called('deploy.yml', { ...identity(), clusters: 'all', 'dry-run': 'true' });
  expect(run.log).toContain('Azure is asked for');
  // What stands there is found out by the token of Entra: nothing, and no registry has the image.
  expect(run.log).toContain('Cluster eastus: ');
  expect([run.outputs['deploy'], asked]).toEqual([
    expect.objectContaining({ outcome: 'not-started' }),
    expect.arrayContaining(['/apis/apps/v1/namespaces/shop/deployments/agent']),
  ]);
});
