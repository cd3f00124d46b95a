import { countCanary } from '../../scripts/demo/canary-traffic.ts';
import { textTable } from '../../scripts/text-table.ts';
import { runAction } from '../../test/actions/runner.ts';
import { auditEntries } from '../../test/lab/audit.ts';
import { startLoad } from '../../test/lab/load.ts';
import { deployExample, type ExampleService } from '../../test/rollout/example-service.ts';
import type { Bench } from '../bench.ts';
import { startBenchLab } from '../bench-lab.ts';
import { weightWrites } from '../route-writes.ts';
import { median, rounded } from '../statistics.ts';

/** Measured once with the engine itself on the same kind of lab (Flagger 1.36.1, Gateway API provider, Traefik, threshold 5). */
const flagger = {
  seconds: 71,
  requests: 149,
  bad: 7,
  failed: 1,
  source: 'Flagger 1.36.1 on the same lab: 50 requests/s, 5 % errors, interval 10 s, threshold 5',
};

/** 149 requests of 71 s × 50 a second are a mean share of 4 %: the first is the ladder to compare with, the second takes a larger first step. */
const ladders = ['5@5m 25@5m 50@5m 100@5m', '25@5m 50@5m 100@5m'] as const;
const rate = 50;

interface Caught {
  readonly seconds: number;
  readonly requests: number;
  readonly bad: number;
  readonly failed: number;
}

export const badCanary: Bench = {
  about: 'what a canary with 5 % errors beside a stable with 0.5 % does before its weight is 0 again',
  round: `a canary on each ladder (${ladders.join(' and ')}), ${rate} requests a second, interval 10s, everything else as by default`,
  rounds: 3,
  onLab: true,
  async run({ rounds, log }) {
    const lab = await startBenchLab(log);
    const app = await deployExample(lab, 'shop', { environment: { ERROR_RATE: '0.5%' } });
    const image = await app.version('v2', { ERROR_RATE: '5%' });
    const caught = ladders.map((): Caught[] => []);
    for (let round = 1; round <= rounds; round += 1)
      for (const [index, stages] of ladders.entries()) {
        const one = await release(app, image, stages);
        caught[index]?.push(one);
        log(`${round}, ${stages}: ${JSON.stringify(one)}`);
      }
    const results = ladders.map((stages, index) => ({ stages, median: middle(caught[index] ?? []), all: caught[index] ?? [] }));
    const row = (name: string, { seconds, requests, bad, failed }: Caught) => [name, seconds, requests, bad, failed];
    return {
      text: `${textTable(
        ['', 'seconds to weight 0', 'requests to the canary', 'bad ones', 'failed by the tool'],
        [...results.map(({ stages, median: figures }) => row(`wf-deploy ${stages}`, figures)), row('Flagger', flagger)],
      )}\n\nMedians of ${rounds}. Flagger's figures are of one run: ${flagger.source}.`,
      figures: { rate, ladders: results, flagger },
      goals: results.flatMap(({ stages, median: { seconds }, all }, index) => [
        ...(index === 0 ? [{ what: `seconds to weight 0 on ${stages}, median`, value: seconds, limit: flagger.seconds, unit: 's' }] : []),
        {
          what: `requests failed by the tool on ${stages}`,
          value: Math.max(...all.map(({ failed }) => failed)),
          limit: 0,
          unit: 'requests',
        },
      ]),
    };
  },
};

const middle = (all: readonly Caught[]): Caught => ({
  seconds: rounded(median(all.map(({ seconds }) => seconds)), 1),
  requests: median(all.map(({ requests }) => requests)),
  bad: median(all.map(({ bad }) => bad)),
  failed: median(all.map(({ failed }) => failed)),
});

/** Until the run is over; what counts is the time from the first weight that is accepted to the weight 0 that is. */
async function release({ lab, host, inputs, namespace }: ExampleService, image: string, stages: string): Promise<Caught> {
  const canary = countCanary('agent-canary');
  const stream = { url: `${lab.gatewayUrl}/`, rate: rate / 2, connections: 4, headers: { host } };
  const load = startLoad([stream, { ...stream, reconnect: true }], canary.onAnswer);
  const { service = '', kubeconfig = '', 'prometheus-url': prometheusUrl = '' } = inputs;
  const result = await runAction({
    action: 'canary',
    inputs: { service, namespace, kubeconfig, 'prometheus-url': prometheusUrl, image, stages, interval: '10s' },
  });
  const { failed } = await load.stop();
  if (result.outputs['outcome'] !== 'rolled-back') throw new Error(`The bad canary was not taken back:\n${result.log}`);
  const writes = weightWrites(await auditEntries(lab, { since: result.startedAt }), 'agent', 'agent-canary');
  const begin = writes.find(({ weight }) => weight > 0)?.completed;
  const end = writes.findLast(({ weight }) => weight === 0)?.completed;
  if (begin === undefined || end === undefined || end < begin) throw new Error(`The audit log holds no way up and back:\n${result.log}`);
  const { served, bad } = canary.take();
  return { seconds: rounded((end.getTime() - begin.getTime()) / 1000, 1), requests: served, bad, failed };
}
