import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { idTokenSource } from '../../src/adapters/azure/id-token-source.ts';
import { aksClusters } from '../../src/adapters/managed-clusters/aks.ts';
import { ownPlugin } from '../../src/adapters/managed-clusters/own-plugin.ts';
import { aksServer } from '../../src/domain/fleet/aks-kubeconfig.ts';
import { aksContext } from '../../src/domain/fleet/aks-resource.ts';
import { azureServer, client, kubeconfigOf, subscription, tenant } from '../adapters/azure/azure-server.ts';
import { startLab } from '../lab/lab.ts';
import { deployExample } from './example-service.ts';
import { startFrontDoor } from './front-door.ts';
import { printed, startCanary, underLoad } from './rollouts.ts';

const starting = startLab({ name: 'aks' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const kubeloginConfig = (server: string, ca: string): string =>
  JSON.stringify({
    'current-context': 'eastus',
    contexts: [{ name: 'eastus', context: { cluster: 'eastus', user: 'clusterUser_shop_eastus' } }],
    clusters: [{ name: 'eastus', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'clusterUser_shop_eastus', user: { exec: { command: 'kubelogin', args: ['get-token', '--server-id', aksServer] } } }],
  });

it('a canary outlives the tokens it began with: every stage begins with all of them over, and no user notices', async () => {
  const lab = await starting;
  const app = await deployExample(lab, 'aks-tokens', { replicas: 2 });
  const image = await app.version('good');
  const azure = await azureServer();
  const door = await startFrontDoor(lab, azure.certificates, (token) => azure.isGood(token, aksServer));
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-aks-'));
  const ca = join(folder, 'ca.crt');
  writeFileSync(ca, azure.certificates.ca);
  azure.credentials = kubeconfigOf(kubeloginConfig(door.url, azure.certificates.ca));
  try {
    const managed = aksClusters({
      client,
      tenant,
      source: idTokenSource(azure.environment),
      onSecret: () => undefined,
      pluginFor: ownPlugin({ client, tenant }),
    });
    const kubeconfig = await managed.kubeconfig({ resource: { subscription, group: 'shop', name: 'eastus' }, cloud: azure.cloud });
    const signIns = (): number => azure.asked.filter((each) => each.startsWith('runner')).length;
    const before = signIns();
    const run = await underLoad(app, 60, async () => {
      const inputs = { kubeconfig, context: aksContext({ subscription, group: 'shop', name: 'eastus' }) };
      const action = startCanary(app, image, inputs, { env: { ...azure.environment, NODE_EXTRA_CA_CERTS: ca } });
      for (const weight of [10, 50, 100]) {
        await printed(action, new RegExp(`^  route agent: canary ${weight} %`));
        const before = door.turnedAway();
        azure.expireAll();
        // Each stage has tokens of its own to lose: two that are over at once would be noticed by one request.
        await lab.client.waitFor(`a request with a token that was over at ${weight} %`, async () => door.turnedAway() > before, 120);
      }
      return await action.result;
    });
    expect(run.outputs).toMatchObject({ outcome: 'promoted' });
    expect(door.turnedAway()).toBeGreaterThanOrEqual(3);
    expect(signIns() - before).toBeGreaterThanOrEqual(4);
    expect(run.load.failed).toBe(0);
    const told = [run.log, run.summary, JSON.stringify(run.outputs)].join('\n');
    for (const token of azure.issued) expect(told).not.toContain(token);
  } finally {
    await door.close();
    await azure.close();
    rmSync(folder, { recursive: true });
  }
}, 480_000);
