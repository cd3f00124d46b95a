import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { kubernetesConnection } from '../../src/adapters/cluster/connection.ts';
import { loadKubeconfig } from '../../src/adapters/cluster/kubeconfig.ts';
import { version as ownVersion } from '../../src/runner/version.ts';
import { until } from '../../test/lab/await.ts';
import { ask as askGateway, pushVersion } from '../../test/rollout/example-service.ts';
import type { OwnCluster } from './arguments.ts';
import { whatIsMissing } from './cluster-checks.ts';
import { DemoFailure } from './failure.ts';
import { mayUse } from './local-context.ts';
import type { Stage } from './play.ts';
import { applySample, deleteNamespace } from './sample-objects.ts';

const namespace = 'wf-deploy-demo';
const host = `${namespace}.example.test`;

let clearUp = async (): Promise<void> => undefined;

/** Removes what the demo made on it. */
export const endOwnCluster = (): Promise<void> => clearUp();

/** Deploys the sample at v1 on a cluster of the user's. `undefined` when something is missing, which is told in full; then nothing was written. */
export async function stageOnOwnCluster(cluster: OwnCluster, log: (line: string) => void): Promise<Stage | undefined> {
  const { context, gateway } = cluster;
  if (!(await mayUse(context, asking())))
    throw new DemoFailure(
      `The demo does not touch the cluster of the context ${context}.`,
      'Name a kind-*, k3d-* or minikube context, or run this at a terminal and type the name when asked.',
    );
  const path = cluster.kubeconfig ?? (process.env['KUBECONFIG'] || join(homedir(), '.kube', 'config'));
  const kubeconfig = loadKubeconfig({ path, context });
  const connection = kubernetesConnection({ kubeconfig, version: ownVersion });
  log(`The context ${context}. What the demo needs of it:`);
  const missing = await whatIsMissing(connection, cluster, namespace);
  const { registry, prometheusUrl, gatewayUrl } = cluster;
  if (missing.length > 0 || registry === undefined || prometheusUrl === undefined || gatewayUrl === undefined) {
    for (const { what, remedy } of missing) log(`    missing: ${what}\n             → ${remedy}`);
    log('Nothing was written, and none of the three versions was run. The lab needs nothing of this: `npm run demo` as root on Linux.');
    return undefined;
  }
  log(`    everything is there. Deploying the sample at v1 in the namespace ${namespace}.`);
  clearUp = () => deleteNamespace(connection, namespace);
  const version = async (tag: string, environment: Readonly<Record<string, string>>): Promise<string> =>
    (await pushVersion(registry, tag, environment)).reference;
  await applySample(connection, { namespace, host, gateway, image: await version('v1', {}) });
  await until(`an answer of the sample through ${gatewayUrl}`, async () => (await askGateway({ gatewayUrl }, host))?.version === 'v1', {
    seconds: 120,
    every: 500,
  });
  await until('a first measurement of the sample in Prometheus', () => isMeasured(prometheusUrl), { seconds: 120, every: 1000 });
  const inputs = { service: 'agent', namespace, kubeconfig: await readFile(path, 'utf8'), context, 'prometheus-url': prometheusUrl };
  return { version, inputs, gatewayUrl, host };
}

async function isMeasured(prometheusUrl: string): Promise<boolean> {
  const query = encodeURIComponent(`http_requests_total{namespace="${namespace}"}`);
  const answer = (await (await fetch(`${prometheusUrl.replace(/\/$/, '')}/api/v1/query?query=${query}`)).json()) as {
    data?: { result?: unknown[] };
  };
  return (answer.data?.result?.length ?? 0) > 0;
}

/** Only a person at a terminal can be asked. */
function asking(): ((question: string) => Promise<string>) | undefined {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
}
