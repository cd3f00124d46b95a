import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textTable } from '../../scripts/text-table.ts';
import { systemClock } from '../../src/adapters/clock/system.ts';
import { Deployment } from '../../src/domain/kubernetes/kinds.ts';
import { type ActionResult, runAction } from '../../test/actions/runner.ts';
import { clusterOf, clustersText } from '../../test/flows/deploy/fleet-shop.ts';
import type { MemoryCluster } from '../../test/flows/memory-cluster/cluster.ts';
import type { Bench } from '../bench.ts';
import { managed } from '../fleet/managed-fields.ts';
import { type MemoryApi, startMemoryApi } from '../fleet/memory-api.ts';
import { startMemoryRegistry } from '../fleet/memory-registry.ts';
import { median, rounded } from '../statistics.ts';

const services = Array.from({ length: 100 }, (_, index) => `service-${String(index + 1).padStart(3, '0')}`);
const clusters = Array.from({ length: 10 }, (_, index) => `region${index + 1}`);
/** Says at the end of the process how much memory it ever had, in kilobytes, and its time on the processors, in microseconds. */
const telling =
  "data:text/javascript,process.on('exit',()=>{const{maxRSS:m,userCPUTime:u,systemCPUTime:s}=process.resourceUsage();process.stderr.write('maxrss '+m+' cpu '+(u+s)+' end')})";

interface Run {
  readonly seconds: number;
  readonly processor: number;
  readonly megabytes: number;
  /** Of all clusters together. */
  readonly requests: Readonly<Record<string, number>>;
}

export const fleet: Bench = {
  about: `a release of ${services.length} services to ${clusters.length} clusters: its plan, its memory and what it asks the API servers`,
  round: 'a dry run of everything, and then the release itself',
  rounds: 3,
  onLab: false,
  async run({ rounds, log }) {
    const plans: Run[] = [];
    const releases: Run[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const { plan, release } = await oneRound();
      plans.push(plan);
      releases.push(release);
      log(`${round}: plan ${told(plan)}; release ${told(release)}`);
    }
    const middle = (runs: readonly Run[], of: (run: Run) => number): number => rounded(median(runs.map(of)), 2);
    const seconds = middle(plans, (run) => run.seconds);
    const megabytes = Math.round(Math.max(...[...plans, ...releases].map((run) => run.megabytes)));
    const perService = middle(releases, ({ requests }) => total(requests) / services.length / clusters.length);
    const rows = [
      ['plan', seconds, middle(plans, (run) => run.processor), middle(plans, ({ requests }) => total(requests))],
      [
        'release',
        middle(releases, (run) => run.seconds),
        middle(releases, (run) => run.processor),
        middle(releases, ({ requests }) => total(requests)),
      ],
    ];
    return {
      text: `${textTable(['', 'seconds', 'on the processors', 'API requests'], rows)}\n\n${JSON.stringify(releases.at(-1)?.requests, undefined, 1)}`,
      figures: { services: services.length, clusters: clusters.length, plans, releases },
      goals: [
        { what: 'the plan, from the start of the process to its end, median', value: seconds, limit: 2, unit: 's' },
        { what: 'most memory of the process', value: megabytes, limit: 300, unit: 'MB' },
        { what: 'API requests of a release for each service in each cluster', value: perService, limit: 12, unit: 'requests' },
      ],
    };
  },
};

const total = (requests: Run['requests']): number => Object.values(requests).reduce((sum, count) => sum + count, 0);
const told = ({ seconds, processor, megabytes, requests }: Run): string =>
  `${seconds.toFixed(2)} s (${processor.toFixed(2)} s on the processors), ${megabytes.toFixed(0)} MB, ${total(requests)} API requests`;

/** New clusters each time: a second release of the same would find nothing to do. */
async function oneRound(): Promise<{ readonly plan: Run; readonly release: Run }> {
  const clock = systemClock();
  const apis = await Promise.all(clusters.map(() => startMemoryApi(heavy(clusterOf(clock, services)))));
  const registry = await startMemoryRegistry();
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-bench-fleet-'));
  try {
    mkdirSync(join(folder, 'workspace/.github'), { recursive: true });
    writeFileSync(join(folder, 'workspace/.github/clusters.yml'), clustersText(clusters.map((name) => [name, 100])));
    writeFileSync(join(folder, 'workspace/.github/release.yml'), releaseFile(registry.address));
    const inputs = {
      environment: 'production',
      clusters: 'all',
      kubeconfigs: clusters.map((name, index) => `${name}: ${kubeconfig(apis[index]?.url ?? '')}`).join('\n'),
    };
    const plan = await measured(folder, apis, { ...inputs, 'dry-run': 'true' }, 'not-started');
    return { plan, release: await measured(folder, apis, inputs, 'promoted') };
  } finally {
    await Promise.all([...apis, registry].map((each) => each.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As large as real ones: with who set which field. */
function heavy(cluster: MemoryCluster): MemoryCluster {
  for (const object of cluster.objectsOf(Deployment)) cluster.put(Deployment, managed(object));
  return cluster;
}

/** Health is asked by a port-forward, which a server of this kind has none of: `health: false`. */
const releaseFile = (registry: string): string =>
  [
    'name: platform',
    'namespace: shop',
    'backup: { skip: nothing is stored }',
    'services:',
    ...services.map(
      (name) => `  - { name: ${name}, health: false, images: { ${name}: "${registry}/shop/${name}@sha256:${'2'.repeat(64)}" } }`,
    ),
  ].join('\n');

const kubeconfig = (server: string): string =>
  Buffer.from(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'it',
      clusters: [{ name: 'it', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'it', user: {} }],
      contexts: [{ name: 'it', context: { cluster: 'it', user: 'it', namespace: 'shop' } }],
    }),
  ).toString('base64');

async function measured(
  folder: string,
  apis: readonly MemoryApi[],
  inputs: Readonly<Record<string, string>>,
  outcome: string,
): Promise<Run> {
  for (const { requests } of apis) requests.length = 0;
  const result = await runAction({ action: 'deploy', inputs, folder, env: { NODE_OPTIONS: `--import="${telling}"` } });
  const [, kilobytes, microseconds] = /maxrss (\d+) cpu (\d+) end/.exec(result.stderr) ?? [];
  if (result.outputs['outcome'] !== outcome || kilobytes === undefined) throw new Error(`It ended otherwise:\n${ending(result)}`);
  const requests: Record<string, number> = {};
  for (const each of apis.flatMap(({ requests: made }) => made)) requests[each] = (requests[each] ?? 0) + 1;
  return {
    seconds: result.durationMs / 1000,
    processor: Number(microseconds) / 1_000_000,
    megabytes: Number(kilobytes) / 1000,
    requests,
  };
}

const ending = ({ log }: ActionResult): string => log.slice(-3000);
