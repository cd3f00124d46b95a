import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLoad } from '../../test/lab/load.ts';
import { type ActRun, ended } from '../../test/workflows/act.ts';
import { startDatabases } from '../../test/workflows/databases.ts';
import { type PythonLab, startPythonLab } from '../../test/workflows/python-lab.ts';
import type { PipelineRow } from './pipeline-table.ts';
import { indented, isShown } from './shown-lines.ts';

interface Push {
  readonly branch: 'develop' | 'main';
  readonly about: string;
  /** Commits what is pushed. */
  readonly prepare: (on: PythonLab) => void;
  readonly expected: Readonly<Record<string, string>>;
  readonly shouldReachUsers: boolean;
}

const checked = { lint: 'passed', test: 'passed', scan: 'passed' };

/** Every linter, test and scanner lets it pass, and so does staging: only a canary's users meet it. */
const fault = `        if "canary" in os.environ.get("HOSTNAME", ""):
            raise RuntimeError("only users see this")
        return {"version": version}`;

const pushes: readonly Push[] = [
  {
    branch: 'develop',
    about: 'A change on develop. It should end in staging.',
    prepare: (on) => on.commit('develop', (checkout) => appendFileSync(join(checkout, 'src/agent_memory/__init__.py'), '\n# changed\n')),
    expected: { ...checked, build: 'built', stage: 'promoted' },
    shouldReachUsers: false,
  },
  {
    branch: 'main',
    about: 'The same on main. What passed staging should reach the users by a canary, without being built again.',
    prepare: (on) => on.merge('develop', 'main'),
    expected: { ...checked, build: 'reused', evidence: 'passed', canary: 'promoted' },
    shouldReachUsers: true,
  },
  {
    branch: 'main',
    about: 'A fault on main that no gate and no staging sees. The canary should go back.',
    prepare: (on) =>
      on.commit('main', (checkout) => {
        const file = join(checkout, 'src/agent_memory/app.py');
        writeFileSync(file, readFileSync(file, 'utf8').replace('        return {"version": version}', fault));
      }),
    expected: { ...checked, build: 'built', evidence: 'missing', stage: 'promoted', canary: 'rolled-back', rollback: 'nothing-to-do' },
    shouldReachUsers: false,
  },
];

const open: { stop(): Promise<unknown> }[] = [];
const interrupted = new AbortController();

/** Ends what goes on, and everything that was started for it. */
export async function endPipeline(): Promise<void> {
  interrupted.abort();
  for (let last = open.pop(); last !== undefined; last = open.pop()) await last.stop();
}

/** The Python example goes from commits to its users, by the real workflow and the actions as they are in dist. */
export async function playPipeline(folder: string, log: (line: string) => void): Promise<readonly PipelineRow[]> {
  log('Starting a cluster, a registry, a builder, PostgreSQL and Redis, and two environments with the example at its first version.');
  open.push(await startDatabases());
  const on = await startPythonLab(`demo-${process.pid}`, {
    told: (job, text, result) => tell(log, job, text, result),
    signal: interrupted.signal,
  });
  open.push(on);
  const rows: PipelineRow[] = [];
  for (const [index, { branch, about, prepare, expected, shouldReachUsers }] of pushes.entries()) {
    const push = `${index + 1} to ${branch}`;
    log(`\n== Push ${push}. ${about}\n`);
    const before = await on.running('production');
    prepare(on);
    const load = startLoad([{ url: `${on.lab.gatewayUrl}/`, rate: 40, headers: { host: on.host } }]);
    open.push(load);
    const run = await on.push(branch);
    open.pop();
    const { failed } = await load.stop();
    keep(join(folder, String(index + 1)), run);
    const reachedUsers = (await on.running('production')) !== before;
    rows.push({ push, gates: outcomes(run), expected, reachedUsers, shouldReachUsers, failedByTool: failed });
  }
  return rows;
}

/** Where each job ends, and what the action of a deploying job says on its way. */
function tell(log: (line: string) => void, job: string, text: string, result: string | undefined): void {
  const says = /^(?:stage |promoting|outcome: (?!ready)| {2}(?:route|Deployment) )/;
  const shown = ['stage', 'canary'].includes(job) ? text.split('\n').filter((line) => says.test(line) && isShown(line)) : [];
  for (const line of shown) log(indented(`${job} | ${line}`));
  if (result !== undefined) log(indented(`${job}: ${result}`));
}

const outcomes = (run: ActRun): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(ended(run)).map(([gate, result]) => [gate, run.outputs[gate]?.['outcome'] ?? result]));

function keep(folder: string, { summaries, log }: ActRun): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'log.txt'), log, { mode: 0o600 });
  for (const [job, summary] of Object.entries(summaries)) writeFileSync(join(folder, `${job}.md`), summary);
}
