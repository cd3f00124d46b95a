import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findGo } from '../test/lab/go.ts';
import { type Provisioned, provision } from './provision.ts';
import { runHere } from './test/command.ts';
import { runJest } from './test/jest.ts';
import { couldNotRun, countingLine, nothing, sum, type Tally, tallyOfStep } from './test/tally.ts';

const root = resolve(import.meta.dirname, '..');
const { long } = parseArgs({ options: { long: { type: 'boolean', default: false } } }).values;
const withoutLab = process.env['WF_DEPLOY_WITHOUT_LAB'] === '1';

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true;
  });

const command = (name: string, argv: readonly string[], folder = root) => ({
  name,
  run: async (): Promise<Tally> => tallyOfStep(name, await runHere(argv, folder)),
});

const steps = [
  command('lint', ['biome', 'ci', '--colors=off', '.']),
  command('types', ['tsc']),
  command('dist', [process.execPath, 'scripts/dist.ts', '--check']),
  command('docs', [process.execPath, 'scripts/docs.ts', '--check']),
  { name: 'go tests of the sample service', run: goTests },
  { name: 'tests without a cluster', run: () => runJest('pure', long, root) },
  { name: 'tests on a cluster', run: labTests },
];

let lab: Provisioned | Error | 'left out' = 'left out';
const begin = performance.now();
const tallies: Tally[] = [];
if (!withoutLab) {
  say('what the lab needs');
  lab = await provision({ log: console.log, goesOn: () => !interrupted }).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
}
for (const [index, { name, run }] of steps.entries()) {
  if (interrupted) break;
  say(`${index + 1} of ${steps.length}: ${name}`);
  const since = performance.now();
  const tally = await run();
  tallies.push(tally);
  console.log(`${name}: ${countingLine(tally)} (${seconds(since)} s)`);
}
if (interrupted) tallies.push(couldNotRun('the rest: it was interrupted'));

const total = sum(tallies);
say(`done in ${seconds(begin)} s`);
for (const remark of total.remarks) console.log(`FAILED: ${remark}`);
if (withoutLab) console.log('NOT RUN, as WF_DEPLOY_WITHOUT_LAB=1 asks: every test on a cluster. Nothing is known about them.');
console.log(countingLine(total));
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

async function goTests(): Promise<Tally> {
  const go = await findGo();
  if (go === undefined) return couldNotRun('go tests of the sample service: there is no Go; see CONTRIBUTING.md');
  return tallyOfStep('go test', await runHere([go, 'test', './...'], resolve(root, 'examples/service')));
}

async function labTests(): Promise<Tally> {
  if (lab === 'left out') return nothing;
  if (lab instanceof Error) return couldNotRun(`tests on a cluster: ${lab.message}`);
  if (lab.state === 'impossible') return couldNotRun(`tests on a cluster: ${lab.statement}`);
  return await runJest('lab', long, root);
}

function say(what: string): void {
  console.log(`\n== ${what}`);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}
