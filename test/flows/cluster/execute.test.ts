import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Namespace } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCluster } from '../../../src/flows/cluster/execute.ts';
import { parseClusterInputs } from '../../../src/flows/cluster/inputs.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { rawInputs } from '../raw-inputs.ts';
import { stage } from '../stand-ins.ts';

const folder = mkdtempSync(join(tmpdir(), 'clusters-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'clusters.yml'),
  `clusters:
  - { name: eastus, environment: production, namespace: shop, kubeconfig-secret: KUBE_EAST, context: east }
  - { name: westeurope, environment: production, kubeconfig-secret: KUBE_WEST }
`,
);
writeFileSync(join(folder, 'broken.yml'), 'clusters: []\n');

interface Given {
  readonly inputs: Readonly<Record<string, string>>;
}

async function run({ inputs }: Given) {
  const { world, cluster, handedOver } = stage({ workspace: folder });
  cluster.put(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const opened: string[] = [];
  const kept: string[] = [];
  const { connections, plan } = parseClusterInputs(rawInputs({ 'clusters-file': 'clusters.yml', ...inputs }));
  const result = await executeCluster(plan, {
    ...world,
    kubeconfig: connections.kubeconfig,
    access: {
      open: (kubeconfig, context) => {
        opened.push(`${kubeconfig} ${context}`.trim());
        return {
          cluster,
          context: context === '' ? 'current' : context,
          namespace: 'default',
          server: 'host:6443',
          close: () => undefined,
        };
      },
      keep: (kubeconfig, context) => {
        kept.push(`${kubeconfig} ${context}`);
        return Promise.resolve('/tmp/kept');
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
    expect(result).toMatchObject({ path: '/tmp/kept', namespace: 'shop', version: 'v1.34.4', named: { name: 'eastus' } });
  });

  it('an input comes before the file', async () => {
    const inputs = { name: 'eastus', kubeconfig: 'kube', context: 'mine', namespace: 'other' };
    const { result, opened, kept, handedOver } = await run({ inputs });
    expect(opened).toEqual(['kube mine']);
    expect(result.checks).toContainEqual(expect.objectContaining({ name: 'namespace', is: 'fail' }));
    expect([result.path, kept, handedOver]).toEqual([undefined, [], []]);
  });

  it('needs no file where the inputs say everything', async () => {
    const { result } = await run({ inputs: { kubeconfig: 'kube', 'clusters-file': 'none.yml' } });
    expect(result).toMatchObject({ path: '/tmp/kept', namespace: 'default', named: undefined });
  });

  it.each<readonly [string, Given, string, string]>([
    ['an unknown name', { inputs: { name: 'eastsu', kubeconfig: 'k' } }, 'INPUT_INVALID', '`eastus`, `westeurope`'],
    ['no file', { inputs: { name: 'eastus', 'clusters-file': 'none.yml' } }, 'FILE_UNREADABLE', 'none.yml'],
    ['a file outside', { inputs: { name: 'eastus', 'clusters-file': '../clusters.yml' } }, 'FILE_UNREADABLE', 'clusters.yml'],
    ['a file without clusters', { inputs: { name: 'eastus', 'clusters-file': 'broken.yml' } }, 'FILE_UNREADABLE', 'names no cluster'],
    ['an empty secret', { inputs: { name: 'eastus' } }, 'KUBECONFIG_INVALID', 'secrets.KUBE_EAST'],
  ])('refuses %s', async (_, given, code, told) => {
    expect(await failureOf(run(given))).toMatchObject({ code, message: expect.stringContaining(told) });
  });
});
