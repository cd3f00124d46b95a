import { textTable } from '../../scripts/text-table.ts';
import { runAction } from '../../test/actions/runner.ts';
import { auditEntries } from '../../test/lab/audit.ts';
import { startLoad } from '../../test/lab/load.ts';
import { deployExample } from '../../test/rollout/example-service.ts';
import type { Bench } from '../bench.ts';
import { startBenchLab } from '../bench-lab.ts';
import { weightWrites } from '../route-writes.ts';
import { median, percentile, rounded } from '../statistics.ts';

export const cancel: Bench = {
  about: 'milliseconds from SIGINT until the API server has accepted canary weight 0',
  round: 'a canary that is cancelled while it holds 25 %',
  rounds: 20,
  onLab: true,
  async run({ rounds, log }) {
    const lab = await startBenchLab(log);
    const app = await deployExample(lab, 'shop');
    const image = await app.version('v2');
    const load = startLoad(app.load(100));
    const inputs = { ...app.inputs, image, stages: '25@5m 100@1m', drain: '0s' };
    const times: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      // The first check of a stage that is held.
      const result = await runAction({
        action: 'canary',
        inputs,
        cancelAfter: (lines) => lines.some((line) => line.startsWith('stage 1/2, 25 % · ')),
      });
      if (result.cancelledAt === undefined || result.outputs['outcome'] !== 'aborted')
        throw new Error(`The canary was not aborted:\n${result.log}`);
      const since = result.cancelledAt;
      const zero = weightWrites(await auditEntries(lab, { since }), 'agent', 'agent-canary').find(({ weight }) => weight === 0);
      if (zero === undefined) throw new Error(`No write of weight 0 in the audit log:\n${result.log}`);
      times.push(zero.completed.getTime() - since.getTime());
      log(`${round}: ${times.at(-1)} ms`);
    }
    const { failed, requests } = await load.stop();
    const figures = {
      median: rounded(median(times)),
      p95: rounded(percentile(times, 0.95)),
      max: Math.max(...times),
      requests,
      failedByTool: failed,
      milliseconds: times,
    };
    return {
      text: textTable(
        ['median ms', 'p95 ms', 'max ms', 'requests', 'failed by the tool'],
        [[figures.median, figures.p95, figures.max, requests, failed]],
      ),
      figures,
      goals: [
        { what: 'SIGINT to weight 0 accepted, median', value: figures.median, limit: 500, unit: 'ms' },
        { what: 'SIGINT to weight 0 accepted, worst', value: figures.max, limit: 1000, unit: 'ms' },
        { what: 'requests failed by the tool', value: failed, limit: 0, unit: 'requests' },
      ],
    };
  },
};
