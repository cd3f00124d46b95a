import { textTable } from '../../scripts/text-table.ts';
import { runAction } from '../../test/actions/runner.ts';
import { auditEntries } from '../../test/lab/audit.ts';
import { startLoad } from '../../test/lab/load.ts';
import { deployExample } from '../../test/rollout/example-service.ts';
import type { Bench } from '../bench.ts';
import { startBenchLab } from '../bench-lab.ts';
import { type CallPhases, callPhases } from '../call-phases.ts';
import { weightWrites } from '../route-writes.ts';
import { median, rounded } from '../statistics.ts';

const steady = 10;

export const apiCalls: Bench = {
  about: 'requests of the runner to the API server, without watches, by its audit log',
  round: `a canary that holds ${steady} % for three minutes at the default interval of 30 s, and three quick stages after it`,
  rounds: 1,
  onLab: true,
  async run({ rounds, log }) {
    const lab = await startBenchLab(log);
    const app = await deployExample(lab, 'shop');
    const load = startLoad(app.load(100));
    const phases: CallPhases[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const image = await app.version(`v${round + 1}`);
      const inputs = { ...app.inputs, image, stages: `${steady}@3m 25@5s 50@5s 100@5s`, interval: '30s', 'min-requests': '20' };
      const result = await runAction({ action: 'canary', inputs });
      if (result.outputs['outcome'] !== 'promoted') throw new Error(`The canary was not promoted:\n${result.log}`);
      const entries = await auditEntries(lab, { since: result.startedAt, userAgent: 'wf-deploy/' });
      phases.push(callPhases(entries, weightWrites(entries, 'agent', 'agent-canary')));
      log(`${round}: ${JSON.stringify(phases.at(-1))}`);
    }
    const { failed } = await load.stop();
    const held = phases.flatMap((one) => one.held.filter(({ weight }) => weight === steady));
    const perMinute = rounded(median(held.map(({ calls, seconds }) => (calls / seconds) * 60)), 1);
    const changes = phases.flatMap((one) => one.stageChanges);
    const most = Math.max(...changes.map(({ calls }) => calls.length));
    const preflight = median(phases.map((one) => one.preflight));
    return {
      text: [
        textTable(
          ['phase', 'calls'],
          [
            [`a minute of a held stage`, perMinute],
            ['a stage change, at most', most],
            ['preflight', preflight],
          ],
        ),
        ...changes.map(({ weight, calls }) => `change to ${weight} %: ${calls.join(', ')}`),
      ].join('\n'),
      figures: { perMinute, mostOfAStageChange: most, preflight, failedByTool: failed, rounds: phases },
      goals: [
        { what: 'calls a minute in a held stage', value: perMinute, limit: 8, unit: 'calls' },
        { what: 'calls of a stage change, at most', value: most, limit: 5, unit: 'calls' },
      ],
    };
  },
};
