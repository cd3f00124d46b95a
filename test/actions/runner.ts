import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type ActionMetadata, readActions } from '../../scripts/action-metadata.ts';
import { type StepResult, startStep } from './step.ts';

export type { Command } from './runner-files.ts';
export type { StepResult } from './step.ts';

/** How to run an action from dist the way GitHub's runner does, without GitHub. */
export interface ActionOptions {
  /** Folder below `actions/`, such as `canary`. */
  readonly action: string;
  /** As in `with:`; action.yml's defaults are added as the runner adds them. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Beside PATH and what the runner sets; nothing else of this process' environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told each line as it comes, `post` included. */
  readonly onLine?: (line: string) => void;
  /** Kept when given, with the report in `temp/`; otherwise a new one that is removed at the end. */
  readonly folder?: string;
  /** In the workspace, by their path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The repository that holds `actions/` and `dist/`. */
  readonly root?: string;
}

export interface ActionResult extends StepResult {
  /** `undefined` when the action has none, or the machine was killed. */
  readonly post: StepResult | undefined;
  /** The JSON that the output `report` names. */
  readonly report: unknown;
}

export interface RunningAction {
  /** What both streams gave so far, main only. */
  readonly lines: readonly string[];
  /** Someone presses "Cancel workflow": SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL, then `post`. */
  cancel(): void;
  /** SIGINT alone: the run has all the time that it needs. */
  interrupt(): void;
  /** The machine goes away: SIGKILL, and no `post`. */
  kill(): void;
  /** The machine sleeps (SIGSTOP), until `resume`. */
  suspend(): void;
  resume(): void;
  readonly result: Promise<ActionResult>;
}

/** Seconds after the start, or a question that is asked at each line. */
export type Moment = number | ((lines: readonly string[]) => boolean);

const repository = resolve(import.meta.dirname, '../..');

/** Runs an action to its end, `post` included. */
export async function runAction(
  options: ActionOptions & { readonly cancelAfter?: Moment; readonly killAfter?: Moment },
): Promise<ActionResult> {
  const { cancelAfter, killAfter, onLine, ...rest } = options;
  let running: RunningAction | undefined;
  const atLine = (moment: Moment | undefined, act: (action: RunningAction) => void): void => {
    if (typeof moment === 'function' && running !== undefined && moment(running.lines)) act(running);
  };
  const action = startAction({
    ...rest,
    onLine(line) {
      onLine?.(line);
      atLine(cancelAfter, (it) => it.cancel());
      atLine(killAfter, (it) => it.kill());
    },
  });
  running = action;
  const timers = [
    typeof cancelAfter === 'number' ? setTimeout(() => action.cancel(), cancelAfter * 1000) : undefined,
    typeof killAfter === 'number' ? setTimeout(() => action.kill(), killAfter * 1000) : undefined,
  ];
  try {
    return await action.result;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

export function startAction({
  action,
  inputs,
  env = {},
  onLine = () => undefined,
  folder,
  files = {},
  root = repository,
}: ActionOptions): RunningAction {
  const metadata = readActions(root).find(({ name }) => name === action);
  if (metadata?.main === undefined) throw new Error(`There is no JavaScript action ${action}.`);
  const place = folder ?? mkdtempSync(join(tmpdir(), 'wf-deploy-action-'));
  for (const name of ['workspace', 'temp', 'tools', 'home']) mkdirSync(join(place, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const target = join(place, 'workspace', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  const environment = { ...runnerEnvironment(place, action), ...inputVariables(metadata, inputs), ...env };
  const main = startStep(resolve(metadata.folder, metadata.main), join(place, 'main'), environment, onLine);
  let killed = false;

  const finish = async (): Promise<ActionResult> => {
    try {
      const result = await main.result;
      const post = killed || metadata.post === undefined ? undefined : await after(metadata.folder, metadata.post, result.state);
      return { ...result, post, report: readReport(result.outputs['report']) };
    } finally {
      if (folder === undefined) rmSync(place, { recursive: true, force: true });
    }
  };
  const after = (from: string, script: string, state: StepResult['state']): Promise<StepResult> => {
    const variables = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
    return startStep(resolve(from, script), join(place, 'post'), { ...environment, ...variables }, onLine).result;
  };
  return {
    lines: main.lines,
    result: finish(),
    cancel: () => main.cancel(),
    interrupt: () => main.interrupt(),
    suspend: () => main.suspend(),
    resume: () => main.resume(),
    kill() {
      killed = true;
      main.kill();
    },
  };
}

function readReport(path: string | undefined): unknown {
  return path !== undefined && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** The runner sets every declared input, with an empty one where neither `with` nor a default gives a value. Hyphens stay. */
function inputVariables({ inputs: declared }: ActionMetadata, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const defaults = declared.map((input) => [input.name, input.default ?? '']);
  const all: Record<string, string> = { ...Object.fromEntries(defaults), ...given };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]));
}

function runnerEnvironment(folder: string, action: string): Readonly<Record<string, string>> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(folder, 'home'),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: action,
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_JOB: 'canary',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REPOSITORY: 'example/agent',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_NUMBER: '12',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '7e1f0c5d8a34b96221a0c8f4be7a95d03c6e1f28',
    GITHUB_WORKFLOW: 'deploy',
    GITHUB_WORKSPACE: join(folder, 'workspace'),
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'test',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: join(folder, 'temp'),
    RUNNER_TOOL_CACHE: join(folder, 'tools'),
  };
}
