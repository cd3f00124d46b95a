import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Namespace } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCluster } from '../../../src/flows/cluster/execute.ts';
import { parseClusterInputs } from '../../../src/flows/cluster/inputs.ts';
import type { ManagedCluster } from '../../../src/ports/managed-clusters.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { rawInputs } from '../raw-inputs.ts';
import { stage } from '../stand-ins.ts';

const folder = mkdtempSync(join(tmpdir(), 'clusters-'));
afterAll(() => rmSync(folder, { recursive: true }));
const id = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c';
writeFileSync(
  join(folder, 'clusters.yml'),
  `clusters:
  - { name: eastus, environment: production, namespace: shop, kubeconfig-secret: KUBE_EAST, context: east }
  - { name: azure, environment: production, namespace: shop, aks: "${id}" }
`,
);
writeFileSync(join(folder, 'broken.yml'), 'clusters: []\n');

const sound: ManagedCluster = { provisioningState: 'Succeeded', running: true, reachable: 'from-anywhere', pools: [] };

interface Given {
  readonly inputs: Readonly<Record<string, string>>;
  readonly managed?: ManagedCluster;
  /** The namespace of the kubeconfig's context; there are `default` and `shop`. */
  readonly ofContext?: string;
}

async function run({ inputs, managed, ofContext = 'default' }: Given) {
  const { world, cluster, handedOver } = stage({ workspace: folder });
  cluster.put(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  if (ofContext === 'default') cluster.put(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  const opened: string[] = [];
  const kept: string[] = [];
  const { connections, plan } = parseClusterInputs(rawInputs({ 'clusters-file': 'clusters.yml', ...inputs }));
  const result = await executeCluster(plan, {
    ...world,
    kubeconfig: connections.kubeconfig,
    managed:
      managed === undefined
        ? undefined
        : { describe: () => Promise.resolve(managed), kubeconfig: ({ resource }) => Promise.resolve(`of ${resource.name}`) },
    access: {
      open: (kubeconfig, context) => {
        opened.push(`${kubeconfig} ${context}`.trim());
        return {
          cluster,
          context: context === '' ? 'current' : context,
          namespace: ofContext,
          server: 'host:6443',
          close: () => undefined,
        };
      },
      keep: (kubeconfig, context) => {
        kept.push(`${kubeconfig} ${context}`);
        return Promise.resolve({ path: '/tmp/kept', search: '/tmp/kept' });
      },
      forget: () => Promise.resolve(),
    },
  });
  return { result, opened, kept, handedOver };
}

describe('executeCluster', () => {
  it('takes a cluster by its name, with the context and namespace of the file', async () => {
    const { result, opened, kept, handedOver } = await run({ inputs: { name: 'eastus', kubeconfig: 'kube' } });
    expect(opened).toEqual(['kube east']);
    expect(kept).toEqual(['kube east']);
    expect(handedOver).toEqual([{ open: 'true', kubeconfig: '/tmp/kept' }]);
    expect(result).toMatchObject({ kept: { path: '/tmp/kept' }, namespace: 'shop', version: 'v1.34.4', named: { name: 'eastus' } });
  });

  it('an input comes before the file', async () => {
    const inputs = { name: 'eastus', kubeconfig: 'kube', context: 'mine', namespace: 'other' };
    const { result, opened, kept, handedOver } = await run({ inputs });
    expect(opened).toEqual(['kube mine']);
    expect(result.checks).toContainEqual(expect.objectContaining({ name: 'namespace', is: 'fail' }));
    expect([result.kept, kept, handedOver]).toEqual([undefined, [], []]);
  });

  it('needs no file where the inputs say everything', async () => {
    const { result } = await run({ inputs: { kubeconfig: 'kube', 'clusters-file': 'none.yml' } });
    expect(result).toMatchObject({ kept: { path: '/tmp/kept' }, namespace: 'default', named: undefined });
  });

  it('looks whether the namespace of the context is there, where nothing else names one', async () => {
    const inputs = { kubeconfig: 'kube', 'clusters-file': 'none.yml' };
    expect((await run({ inputs })).result.checks).toContainEqual({ name: 'namespace', is: 'pass', found: 'default' });
    const { result, kept } = await run({ inputs, ofContext: 'gone' });
    expect(result.checks).toContainEqual(expect.objectContaining({ is: 'fail', found: 'there is no namespace gone' }));
    expect([result.kept, kept]).toEqual([undefined, []]);
  });

  it('takes a cluster of a cloud', async () => {
    const inputs = { name: 'azure', 'azure-client-id': id.slice(15, 51), 'azure-tenant-id': id.slice(15, 51) };
    const { result, opened } = await run({ inputs, managed: sound });
    expect(opened).toEqual(['of c']);
    expect(result.checks.map(({ name, is }) => `${name} ${is}`)).toEqual([
      'power state pass',
      'provisioning state pass',
      'API server pass',
      'namespace pass',
      'version skew pass',
    ]);
  });

  it.each<readonly [string, Partial<ManagedCluster>, string]>([
    ['stopped', { running: false }, 'power state'],
    ['being upgraded', { provisioningState: 'Upgrading' }, 'provisioning state'],
  ])('does not ask one that is %s', async (_, state, name) => {
    const { result, kept } = await run({
      inputs: { aks: id, 'azure-client-id': id.slice(15, 51), 'azure-tenant-id': id.slice(15, 51) },
      managed: { ...sound, ...state },
    });
    expect(result.checks.filter(({ is }) => is === 'fail').map((check) => check.name)).toEqual([name]);
    expect(result.version).toBe('');
    expect(kept).toEqual([]);
  });

  it.each<readonly [string, Given, string, string]>([
    ['an unknown name', { inputs: { name: 'eastsu', kubeconfig: 'k' } }, 'INPUT_INVALID', '`eastus`, `azure`'],
    ['no file', { inputs: { name: 'eastus', 'clusters-file': 'none.yml' } }, 'FILE_UNREADABLE', 'none.yml'],
    ['a file outside', { inputs: { name: 'eastus', 'clusters-file': '../clusters.yml' } }, 'FILE_UNREADABLE', 'clusters.yml'],
    ['a file without clusters', { inputs: { name: 'eastus', 'clusters-file': 'broken.yml' } }, 'FILE_UNREADABLE', 'names no cluster'],
    ['an empty secret', { inputs: { name: 'eastus' } }, 'KUBECONFIG_INVALID', 'secrets.KUBE_EAST'],
    ['nobody to be for the cloud', { inputs: { name: 'azure' } }, 'INPUT_INVALID', '`azure-client-id`'],
  ])('refuses %s', async (_, given, code, told) => {
    expect(await failureOf(run(given))).toMatchObject({ code, message: expect.stringContaining(told) });
  });
});
