// npm run bench -- NAME [--rounds N]: measures one thing and says whether it is as good as it should be. Last line: the figures as JSON.

import { untilInterrupted } from '../scripts/interruption.ts';
import { provision } from '../scripts/provision.ts';
import { textTable } from '../scripts/text-table.ts';
import { parseBenchArguments } from './arguments.ts';
import { type Bench, goalLine, isMet } from './bench.ts';
import { stopBenchLab } from './bench-lab.ts';
import { benches } from './benches/index.ts';

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const order = parseBenchArguments(process.argv.slice(2), Object.keys(benches));
if (order.ok) {
  const { name, rounds } = order.value;
  const bench = benches[name];
  await untilInterrupted(() => (bench === undefined ? Promise.resolve(2) : run(name, bench, rounds ?? bench.rounds)), stopBenchLab);
} else {
  const rows = Object.entries(benches).map(([name, { about, round, rounds, onLab }]) => [name, rounds, round, onLab ? 'lab' : '', about]);
  process.stderr.write(`${order.problem} → ${order.remedy}\n\n${textTable(['name', 'rounds', 'a round is', 'needs', 'measures'], rows)}\n`);
  process.exitCode = 2;
}

async function run(name: string, bench: Bench, rounds: number): Promise<number> {
  log(`${name}: ${bench.about}. ${rounds} × ${bench.round}.`);
  if (bench.onLab) {
    const provisioned = await provision({ log });
    if (provisioned.state === 'impossible') {
      log(`${provisioned.statement}\nNothing was measured.`);
      return 3;
    }
  }
  const { text, figures, goals } = await bench.run({ rounds, log });
  log(`\n${text}\n`);
  for (const goal of goals) log(goalLine(goal));
  log(JSON.stringify({ bench: name, rounds, ...figures, goals: goals.map((goal) => ({ ...goal, met: isMet(goal) })) }));
  return goals.every(isMet) ? 0 : 1;
}
