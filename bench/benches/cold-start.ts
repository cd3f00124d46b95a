import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textTable } from '../../scripts/text-table.ts';
import { runAction } from '../../test/actions/runner.ts';
import type { Bench } from '../bench.ts';
import { median, percentile, rounded } from '../statistics.ts';

const actions = ['canary', 'promote'] as const;
const image = 'registry.example.com/shop/agent:v2';
const reach = { service: 'agent', namespace: 'shop', image, 'prometheus-url': 'http://127.0.0.1:9' };

export const coldStart: Bench = {
  about: 'milliseconds that an action takes over an empty Node process',
  round: 'an empty process and each action twice, in turn',
  rounds: 20,
  onLab: false,
  async run({ rounds, log }) {
    const kubeconfig = unreachable(await closedPort());
    const cases = actions.flatMap((action) => [
      // A number without a unit: refused before the client is loaded.
      { action, what: 'without the cluster client', inputs: { ...reach, kubeconfig, interval: '30' }, code: 'INPUT', limit: 90 },
      { action, what: 'with the cluster client', inputs: { ...reach, kubeconfig }, code: 'CLUSTER_UNREACHABLE', limit: 150 },
    ]);
    const times = cases.map((): number[] => []);
    const empty: number[] = [];
    await emptyProcess();
    for (let round = 0; round < rounds; round += 1) {
      empty.push(await emptyProcess());
      for (const [index, { action, inputs, code }] of cases.entries()) {
        const result = await runAction({ action, inputs });
        if (!result.stdout.includes(`title=${code}`)) throw new Error(`${action} did not end with ${code}:\n${result.log}`);
        times[index]?.push(result.durationMs);
      }
    }
    log(`${rounds} rounds done.`);
    const base = median(empty);
    const figures = cases.map(({ action, what, limit }, index) => {
      const all = times[index] ?? [];
      return { action, what, limit, ...spread(all), over: rounded(median(all) - base) };
    });
    return {
      text: textTable(
        ['process', '', 'least ms', 'median ms', 'p90 ms', 'median over empty ms'],
        [
          ['empty', '', ...Object.values(spread(empty)), 0],
          ...figures.map(({ action, what, least, median: middle, p90, over }) => [action, what, least, middle, p90, over]),
        ],
      ),
      figures: { node: process.version, empty: spread(empty), actions: figures },
      goals: figures.map(({ action, what, over, limit }) => ({ what: `${action} ${what}, over empty`, value: over, limit, unit: 'ms' })),
    };
  },
};

/** On a machine that has other work to do, the least is nearest to what the process itself needs. */
const spread = (times: readonly number[]) => ({
  least: rounded(Math.min(...times)),
  median: rounded(median(times)),
  p90: rounded(percentile(times, 0.9)),
});

/** Milliseconds from the start of Node to its end, with nothing to do. */
async function emptyProcess(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-empty-'));
  try {
    const script = join(folder, 'empty.mjs');
    writeFileSync(script, '');
    const begin = performance.now();
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '' } });
    await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
    return performance.now() - begin;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A loopback port on which nobody listens: connections are refused at once. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The probe for a free port has no port.');
  return address.port;
}

const unreachable = (port: number): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'none', cluster: { server: `https://127.0.0.1:${port}` } }],
    users: [{ name: 'nobody', user: { token: 'a-token-that-nobody-asks-for' } }],
    contexts: [{ name: 'none', context: { cluster: 'none', user: 'nobody' } }],
    'current-context': 'none',
  });
