import type { Bench, BenchOptions, Measured } from '../bench.ts';
import { largeSarif } from '../gates/large-sarif.ts';
import { overhead } from '../gates/overhead.ts';
import { testReports } from '../gates/tests.ts';

/** Each part measures one thing about the gates; they run one after the other. */
const parts: readonly ((options: BenchOptions) => Promise<Measured>)[] = [overhead, largeSarif, testReports];

export const gates: Bench = {
  about: 'what the gates add to the tools they run, and what large reports cost them',
  round: 'the action beside the bare tool, and each large report once',
  rounds: 5,
  onLab: false,
  async run(options) {
    const measured: Measured[] = [];
    for (const part of parts) measured.push(await part(options));
    return {
      text: measured.map(({ text }) => text).join('\n'),
      figures: Object.assign({}, ...measured.map(({ figures }) => figures)) as Measured['figures'],
      goals: measured.flatMap(({ goals }) => goals),
    };
  },
};
