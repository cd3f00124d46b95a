import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { Failure } from '../../failure.ts';
import type { Process, RunOptions, RunResult } from '../../ports/process.ts';
import { foreignText } from '../foreign-text.ts';

export interface ChildProcesses {
  /** Gets the output line by line, each at most 4,096 characters long. */
  readonly line: (text: string) => void;
  /** What every program gets; a run's own environment is added to it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const longestLine = 4096;
const tailCharacters = 4096;
/** From SIGTERM to SIGKILL, and from a program's end to the end of whatever still holds its output. */
const graceMilliseconds = 2000;

/** Throws COMMAND_FAILED for a program that cannot be started. Arguments may be secrets, so messages name only the program. */
export function childProcesses({ line, environment }: ChildProcesses): Process {
  return {
    run: ([command, ...args], options) =>
      new Promise((resolve, reject) => {
        if (command === undefined || command === '') return reject(notStarted('', 'there is no command'));
        if (options.signal?.aborted === true) return resolve({ exitCode: undefined, tail: '' });
        const child = spawnGroup(command, args, { ...environment, ...options.environment }, options);
        if (child instanceof Failure) return reject(child);

        let tail = '';
        const collect = (text: string): void => {
          tail = (tail + text).slice(-tailCharacters);
        };
        const flushes = [child.stdout, child.stderr].map((stream) => lines(stream, line, collect));

        let killed = false;
        let hardKill: NodeJS.Timeout | undefined;
        const stop = (): void => {
          if (killed) return;
          killed = true;
          signalGroup(child, 'SIGTERM');
          hardKill = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMilliseconds);
        };
        const timer = setTimeout(stop, options.timeoutSeconds * 1000);
        options.signal?.addEventListener('abort', stop, { once: true });

        let linger: NodeJS.Timeout | undefined;
        const release = (): void => {
          for (const each of [timer, hardKill, linger]) clearTimeout(each);
          options.signal?.removeEventListener('abort', stop);
        };
        child.once('error', (error) => {
          release();
          reject(notStarted(command, reasonOf(error)));
        });
        // A program that it left behind may hold the output open for ever.
        child.once('exit', () => {
          linger = setTimeout(() => [child.stdout, child.stderr].forEach((stream) => void stream?.destroy()), graceMilliseconds + 500);
        });
        child.once('close', (code, signal) => {
          release();
          for (const flush of flushes) flush();
          resolve({ exitCode: killed ? undefined : exitCodeOf(code, signal), tail } satisfies RunResult);
        });
      }),
  };
}

function spawnGroup(command: string, args: readonly string[], env: NodeJS.ProcessEnv, options: RunOptions): ChildProcess | Failure {
  const { directory, into = {} } = options;
  const files: number[] = [];
  const stream = (path: string | undefined): number | 'pipe' => {
    if (path === undefined) return 'pipe';
    const file = openSync(path, 'wx', 0o600);
    files.push(file);
    return file;
  };
  try {
    const stdio = ['ignore' as const, stream(into.stdout), stream(into.stderr)];
    return spawn(command, args, { env, shell: false, detached: true, stdio, ...(directory === undefined ? {} : { cwd: directory }) });
  } catch (error) {
    return notStarted(command, reasonOf(error));
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Passes on whole lines as they come; the returned function passes on an unfinished last one. */
function lines(stream: NodeJS.ReadableStream | null, line: (text: string) => void, collect: (text: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    collect(text);
    const parts = (rest + text).split(/\r?\n/);
    rest = parts.pop() ?? '';
    for (const part of parts) line(bounded(part));
    if (rest.length > longestLine) rest = rest.slice(0, longestLine + 1);
  };
  stream?.on('data', (bytes: Buffer) => take(decoder.write(bytes)));
  return () => {
    take(decoder.end());
    if (rest !== '') line(bounded(rest));
    rest = '';
  };
}

const bounded = (text: string): string => (text.length > longestLine ? `${text.slice(0, longestLine)}…` : text);

function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

// As a shell reports a program that a signal ended.
const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };
const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number => code ?? 128 + (signalNumbers[signal ?? ''] ?? 0);

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such program, or its working directory is gone';
  if (code === 'EACCES') return 'it may not be executed';
  return code ?? 'it has an argument that no program can be given';
}

const notStarted = (command: string, reason: string): Failure =>
  new Failure(
    'COMMAND_FAILED',
    `The command \`${foreignText(command, [], 200)}\` could not be started: ${reason}.`,
    'Check that the program is installed on this runner and on PATH.',
  );
