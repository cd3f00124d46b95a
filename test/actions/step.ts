import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, parseCommands, parseFileCommands } from './runner-files.ts';

/** One start of Node, as the runner makes it for `main` and for `post`. */
export interface StepResult {
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly commands: readonly Command[];
  /** Both streams as the run's page shows them, before the runner masks: without the commands that only hand a secret to the runner. */
  readonly log: string;
  readonly startedAt: Date;
  readonly cancelledAt: Date | undefined;
  readonly durationMs: number;
  /** A child that kept the output open after the end: the runner waits 5 s and kills it. */
  readonly leftBehind: boolean;
}

export interface Step {
  /** SIGINT to the process, 7.5 s later SIGTERM, 2.5 s later SIGKILL to all its children: the runner's timing. */
  cancel(): void;
  /** SIGINT and nothing after it, from someone who waits for the end. */
  interrupt(): void;
  /** SIGKILL at once, as when the machine goes away. */
  kill(): void;
  /** SIGSTOP: alive, but without a moment of its own, as on a machine that sleeps. */
  suspend(): void;
  resume(): void;
  readonly lines: readonly string[];
  readonly result: Promise<StepResult>;
}

const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'] as const;
const untilTerminate = 7_500;
const untilKill = 2_500;
const openPipes = 5_000;

/** @param folder for the step's own files; the working directory is `GITHUB_WORKSPACE`. */
export function startStep(
  script: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Step {
  mkdirSync(folder, { recursive: true });
  const paths = Object.fromEntries(files.map((name) => [name, join(folder, name)]));
  for (const path of Object.values(paths)) writeFileSync(path, '');
  const startedAt = new Date();
  // A group of its own, so that its children can be killed with it.
  const child = spawn(process.execPath, [script], {
    cwd: environment['GITHUB_WORKSPACE'],
    env: { ...environment, ...paths },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const killAll = (): void => signalGroup(child);
  process.once('exit', killAll);
  const timers: NodeJS.Timeout[] = [];
  let cancelledAt: Date | undefined;
  const lines: string[] = [];
  const take = (line: string): void => {
    lines.push(line);
    onLine(line);
  };
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    let rest = '';
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
      const parts = (rest + chunk).split(/\r?\n/);
      rest = parts.pop() ?? '';
      for (const line of parts) take(line);
    });
    child[name].on('end', () => {
      if (rest !== '') take(rest);
    });
  }

  const result = async (): Promise<StepResult> => {
    const began = performance.now();
    const ended = await endOf(child);
    const durationMs = performance.now() - began;
    for (const timer of timers) clearTimeout(timer);
    const leftBehind = await stillOpen(child, ended.closed);
    killAll();
    await ended.closed;
    process.off('exit', killAll);
    const written = (name: (typeof files)[number]): string => readFileSync(join(folder, name), 'utf8');
    return {
      exitCode: ended.exitCode,
      signal: ended.signal,
      outputs: parseFileCommands(written('GITHUB_OUTPUT')),
      state: parseFileCommands(written('GITHUB_STATE')),
      summary: written('GITHUB_STEP_SUMMARY'),
      ...texts,
      commands: parseCommands(texts.stdout.split(/\r?\n/)),
      log: lines.filter((line) => !/^::(add-mask|save-state)[ :]/.test(line)).join('\n'),
      startedAt,
      cancelledAt,
      durationMs,
      leftBehind,
    };
  };

  return {
    lines,
    result: result(),
    kill: killAll,
    interrupt: () => void child.kill('SIGINT'),
    suspend: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    cancel() {
      if (cancelledAt !== undefined || child.exitCode !== null || child.signalCode !== null) return;
      cancelledAt = new Date();
      child.kill('SIGINT');
      timers.push(setTimeout(() => child.kill('SIGTERM'), untilTerminate));
      timers.push(setTimeout(killAll, untilTerminate + untilKill));
    },
  };
}

interface End {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly closed: Promise<void>;
}

function endOf(child: ChildProcess): Promise<End> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined, closed }));
  });
}

async function stillOpen(child: ChildProcess, closed: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), openPipes);
  });
  const open = await Promise.race([closed.then(() => false), late]);
  clearTimeout(timer);
  return open && child.pid !== undefined;
}

function signalGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // The whole group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
