import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type CommandOptions, run } from '../lab/command.ts';
import { toolPath, tools } from '../lab/tools.ts';
import { type Job, root, type Step, workflowFolder, workflowNames } from './workflow-files.ts';

const nameOfCopy = 'your-org/wf-deploy';

/**
 * The workflows and the actions of this tree, as act 0.2.89 understands them: it knows neither `$/` nor `queue`. Nothing else of them is changed. act
 * tells every step that GitHub's API is at github.com, whatever its surroundings say; a module that Node loads first says otherwise.
 */
export function copyForAct(folder: string, apiUrl: string): void {
  // Never run, as no test asks for a version: whoever did would see it fail.
  mkdirSync(join(folder, 'foreign'));
  writeFileSync(join(folder, 'foreign/action.yml'), 'runs: { using: composite, steps: [{ run: exit 1, shell: bash }] }\n');
  // The runner's service for artifacts is not here: what an artifact would hold is copied beside this tree.
  mkdirSync(join(folder, 'upload-artifact'));
  writeFileSync(join(folder, 'upload-artifact/action.yml'), stringify(artifactAction(join(folder, 'artifacts'))));
  writeFileSync(join(folder, 'api.mjs'), `process.env.GITHUB_API_URL = ${JSON.stringify(apiUrl)};\n`);
  for (const part of ['actions', 'dist']) cpSync(join(root, part), join(folder, part), { recursive: true });
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  for (const name of workflowNames) {
    const workflow = parse(readFileSync(join(workflowFolder, name), 'utf8')) as { readonly jobs: Readonly<Record<string, Job>> };
    const jobs = Object.entries(workflow.jobs).map(([id, { concurrency, ...job }]) => {
      const { queue: _, ...line } = concurrency ?? {};
      const steps = job.steps.map(forAct);
      return [id, { ...job, ...(concurrency === undefined ? {} : { concurrency: line }), steps }] as const;
    });
    const text = stringify({ ...workflow, jobs: Object.fromEntries(jobs) }, { aliasDuplicateObjects: false, lineWidth: 0 });
    writeFileSync(join(folder, '.github/workflows', name), text);
  }
}

const artifactAction = (folder: string) => ({
  inputs: { name: { required: true }, path: { required: true } },
  runs: {
    using: 'composite',
    steps: [
      {
        shell: 'bash',
        env: { TO: `${folder}/\${{ inputs.name }}`, PATHS: '${{ inputs.path }}' },
        run: 'mkdir -p "$TO"; while read -r path; do if [ -n "$path" ]; then cp "$path" "$TO"; fi; done <<< "$PATHS"',
      },
    ],
  },
});

const forAct = (step: Step): Step =>
  step.uses?.startsWith('$/') === true ? { ...step, uses: `${nameOfCopy}/${step.uses.slice(2)}@local` } : step;

export interface ActEvent {
  readonly name: 'push' | 'pull_request' | 'workflow_dispatch';
  readonly payload: unknown;
}

export interface ActRun {
  readonly code: number;
  /** What became of each job that ran; the others were skipped. */
  readonly jobs: Readonly<Record<string, string>>;
  /** What the steps of a job wrote for its summary. */
  readonly summaries: Readonly<Record<string, string>>;
  /** Outputs of all steps of a job. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Everything that was printed, for whoever looks for what went wrong. */
  readonly log: string;
}

interface Line {
  readonly msg?: string;
  readonly jobID?: string;
  readonly job?: string;
  readonly jobResult?: string;
  readonly command?: string;
  readonly content?: string;
  readonly name?: string;
  readonly arg?: string;
}

export interface ActOptions {
  /** A git checkout with a workflow that calls one of `copy`. */
  readonly repository: string;
  /** Made by `copyForAct`. */
  readonly copy: string;
  readonly event: ActEvent;
  readonly secrets: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly follow?: Following | undefined;
}

/** For a person who waits. */
export interface Following {
  /** What a job prints, and with what it ended. */
  told(job: string, text: string, result: string | undefined): void;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/** Runs a workflow to its end, on this machine and without Docker. */
export async function runAct({ repository, copy, event, secrets, env, follow }: ActOptions): Promise<ActRun> {
  const act = tools.find(({ name }) => name === 'act');
  if (act === undefined) throw new Error('no act');
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-act-'));
  try {
    writeFileSync(join(folder, 'event.json'), JSON.stringify(event.payload));
    const secretFile = join(folder, 'secrets.json');
    // As act reads it: YAML, in which multi-line values keep their lines.
    writeFileSync(secretFile.replace('.json', '.yaml'), stringify(secrets), { mode: 0o600 });
    const argv = [
      toolPath(act),
      event.name,
      ...['--json', '--no-cache-server', '--platform', 'ubuntu-24.04=-self-hosted'],
      ...['--eventpath', join(folder, 'event.json')],
      ...['--secret-file', secretFile.replace('.json', '.yaml')],
      ...['--action-cache-path', join(folder, 'cache')],
      ...['--local-repository', `${nameOfCopy}@local=${copy}`],
      ...foreignActions(copy).flatMap(([uses, folder]) => ['--local-repository', `${uses}=${join(copy, folder)}`]),
    ];
    const environment = {
      ...process.env,
      HOME: folder,
      XDG_CACHE_HOME: join(folder, 'cache'),
      NODE_OPTIONS: `--import=${join(copy, 'api.mjs')}`,
      ...env,
      // act starts `node` from PATH for `using: node24`.
      PATH: [dirname(process.execPath), env['PATH'] ?? process.env['PATH']].join(delimiter),
    };
    const { code, stdout, stderr } = await run(argv, { directory: repository, environment, ...following(follow) });
    return { code, ...read(stdout), log: `${readable(stdout)}\n${stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const following = (follow: Following | undefined): Pick<CommandOptions, 'onLine' | 'signal'> =>
  follow === undefined
    ? {}
    : {
        signal: follow.signal,
        onLine: (printed) => {
          for (const line of linesOf(printed)) follow.told(jobOf(line), line.msg ?? '', line.jobResult);
        },
      };

/** All but checkout, which act does itself, each with the folder that stands for it. */
const foreignActions = (copy: string): readonly (readonly [uses: string, folder: string])[] => {
  const text = readFileSync(join(copy, '.github/workflows/service-pipeline.yml'), 'utf8');
  const found = [...text.matchAll(/uses: (actions\/(setup-[a-z]+|upload-artifact)@[0-9a-f]{40})/g)];
  return [...new Map(found.map(([, uses = '', name = '']) => [uses, name === 'upload-artifact' ? name : 'foreign']))];
};

const linesOf = (stdout: string): readonly Line[] =>
  stdout.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      // What act prints beside its log is no line of a job.
      return [];
    }
  });

const jobOf = ({ jobID = '' }: Line): string => jobID;

function read(stdout: string): Pick<ActRun, 'jobs' | 'summaries' | 'outputs'> {
  const [jobs, summaries, outputs]: [Record<string, string>, Record<string, string>, Record<string, Record<string, string>>] = [{}, {}, {}];
  for (const line of linesOf(stdout)) {
    const job = jobOf(line);
    if (line.jobResult !== undefined) jobs[job] = line.jobResult;
    if (line.command === 'summary') summaries[job] = `${summaries[job] ?? ''}${line.content ?? ''}`;
    if (line.command === 'set-output') outputs[job] = { ...outputs[job], [line.name ?? '']: line.arg ?? '' };
  }
  return { jobs, summaries, outputs };
}

const readable = (stdout: string): string =>
  linesOf(stdout)
    .map((line) => `[${jobOf(line)}] ${(line.msg ?? '').trimEnd()}`)
    .join('\n');

/** The annotations of level `error`. */
export const errorsOf = ({ log }: ActRun): readonly string[] => log.match(/::error\b.*/g) ?? [];

const gates = ['lint', 'test', 'scan', 'build', 'evidence', 'stage', 'canary', 'promote', 'rollback'] as const;

/** Which gates ran, and how they ended. The summary runs always: without it the log is the answer. */
export function ended(run: ActRun): Readonly<Record<string, string>> {
  if (run.jobs['summary'] !== 'success') throw new Error(`There is no summary:\n${run.log.slice(-6000)}`);
  return Object.fromEntries(gates.flatMap((gate) => (run.jobs[gate] === undefined ? [] : [[gate, run.jobs[gate]]])));
}
