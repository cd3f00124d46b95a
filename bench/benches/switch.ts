import { textTable } from '../../scripts/text-table.ts';
import { deployPair, runSwitch } from '../../test/blue-green/coloured-service.ts';
import { startLoad } from '../../test/lab/load.ts';
import type { Bench } from '../bench.ts';
import { startBenchLab } from '../bench-lab.ts';
import { startProbing } from '../probing.ts';
import { median, rounded } from '../statistics.ts';
import { type Answer, gapsOf } from '../switch-gaps.ts';

export const switching: Bench = {
  about: 'milliseconds that clients wait longer than usual when all users move to the other colour, and requests that fail by it',
  round: 'a blue-green deployment under 200 requests/s',
  rounds: 10,
  onLab: true,
  async run({ rounds, log }) {
    const lab = await startBenchLab(log);
    const app = await deployPair(lab, 'shop');
    const answers: Answer[] = [];
    const load = startLoad(app.load(200));
    const probing = startProbing(lab, app.host, (answer) => answers.push(answer));
    const gaps: { readonly switch: number; readonly quiet: number; readonly both: number }[] = [];
    let before = 'v1';
    for (let round = 1; round <= rounds; round += 1) {
      const version = `round-${round}`;
      answers.length = 0;
      const result = await runSwitch(app, { image: await app.version(version), watch: '3s', checks: '3' });
      if (result.outputs['outcome'] !== 'promoted') throw new Error(`It was not promoted:\n${result.log}`);
      const found = gapsOf(answers, before, version);
      if (found === undefined) throw new Error(`No answer of ${version} was seen.`);
      gaps.push(found);
      before = version;
      log(
        `${round}: ${rounded(found.switch)} ms at the switch, ${rounded(found.quiet)} ms before it, both versions for ${rounded(found.both)} ms`,
      );
    }
    await probing.stop();
    const { failed, requests, non2xx } = await load.stop();
    const of = (name: 'switch' | 'quiet' | 'both') => gaps.map((gap) => gap[name]);
    const added = median(gaps.map((gap) => Math.max(0, gap.switch - gap.quiet)));
    const figures = {
      gapMedian: rounded(median(of('switch'))),
      gapMax: rounded(Math.max(...of('switch'))),
      quietMedian: rounded(median(of('quiet'))),
      quietMax: rounded(Math.max(...of('quiet'))),
      addedMedian: rounded(added),
      bothMedian: rounded(median(of('both'))),
      requests,
      failed,
      non2xx,
      probesFailed: probing.failed(),
    };
    return {
      text: textTable(
        [
          'gap at the switch, median ms',
          'worst ms',
          'gap before it, median ms',
          'worst ms',
          'both versions, median ms',
          'requests',
          'failed',
        ],
        [
          [
            figures.gapMedian,
            figures.gapMax,
            figures.quietMedian,
            figures.quietMax,
            figures.bothMedian,
            requests,
            failed + figures.probesFailed,
          ],
        ],
      ),
      figures,
      goals: [
        {
          what: 'longest time without an answer at the switch, over that before it, median',
          value: figures.addedMedian,
          limit: 100,
          unit: 'ms',
        },
        { what: 'requests failed', value: failed + non2xx + figures.probesFailed, limit: 0, unit: 'requests' },
      ],
    };
  },
};
