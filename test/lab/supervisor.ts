import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './await.ts';
import { LabFailure } from './failure.ts';

/** A process of the lab as data. */
export interface Part {
  name: string;
  command: readonly string[];
  environment?: Record<string, string>;
  /** Where it answers inside the lab. */
  address: string;
  /** Throws or answers false until the part can be used. */
  ready: () => Promise<boolean>;
}

export interface PartStatus {
  part: string;
  pid: number | undefined;
  state: 'running' | 'paused' | 'stopped';
  address: string;
}

/** Starts, stops and pauses the parts. A part that ends by itself stays down: tests want to see that, not have it mended. */
export class Supervisor {
  readonly #parts = new Map<string, Part>();
  readonly #running = new Map<string, ChildProcess>();
  readonly #paused = new Set<string>();
  readonly #offered = new Map<string, Part>();
  readonly #logs: string;

  constructor(logs: string) {
    this.#logs = logs;
  }

  async launch(part: Part): Promise<void> {
    this.#parts.set(part.name, part);
    await this.start(part.name);
  }

  /** A part that few need: it is one of the lab's from its first start on. */
  offer(part: Part): void {
    this.#offered.set(part.name, part);
  }

  async start(name: string): Promise<void> {
    const offered = this.#offered.get(name);
    if (offered) this.#parts.set(name, offered);
    const part = this.#part(name);
    if (this.#running.has(name)) return;
    const child = this.#spawn(part);
    await until(`readiness of ${name}`, async () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return 'ended' as const;
      return (await part.ready()) && ('ready' as const);
    })
      .then(async (outcome) => {
        if (outcome === 'ended') throw new Error(`${name} ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`);
      })
      .catch(async (error: Error) => {
        throw new LabFailure(`${error.message}\n${await this.#lastWords(name)}`, `The whole log is ${this.#logOf(name)}.`, {
          cause: error,
        });
      });
  }

  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#running.get(this.#part(name).name);
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    // A stopped process does not act on a signal other than SIGKILL before it is continued.
    if (this.#paused.delete(name)) child.kill('SIGCONT');
    const patience = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(patience);
  }

  async restart(name: string): Promise<void> {
    await this.kill(name, 'SIGTERM');
    await this.start(name);
  }

  pause(name: string): void {
    if (this.#running.get(this.#part(name).name)?.kill('SIGSTOP')) this.#paused.add(name);
  }

  resume(name: string): void {
    this.#running.get(this.#part(name).name)?.kill('SIGCONT');
    this.#paused.delete(name);
  }

  status(): PartStatus[] {
    return [...this.#parts.values()].map(({ name, address }) => {
      const child = this.#running.get(name);
      return { part: name, pid: child?.pid, state: !child ? 'stopped' : this.#paused.has(name) ? 'paused' : 'running', address };
    });
  }

  #part(name: string): Part {
    const part = this.#parts.get(name);
    if (!part) throw new LabFailure(`The lab has no part "${name}".`, `Known parts: ${[...this.#parts.keys()].join(', ')}.`);
    return part;
  }

  /** What the caller's shell has set, proxies above all, must not change how parts behave. */
  #spawn(part: Part): ChildProcess {
    const [command = '', ...rest] = part.command;
    const log = openSync(this.#logOf(part.name), 'a', 0o600);
    const child = spawn(command, rest, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], HOME: '/root', ...part.environment },
    });
    closeSync(log);
    this.#running.set(part.name, child);
    const gone = () => {
      if (this.#running.get(part.name) === child) this.#running.delete(part.name);
    };
    child.once('exit', gone);
    child.once('error', gone);
    return child;
  }

  #logOf(name: string): string {
    return join(this.#logs, `${name}.log`);
  }

  async #lastWords(name: string): Promise<string> {
    const lines = (await readFile(this.#logOf(name), 'utf8')).trimEnd().split('\n');
    return lines.slice(-15).join('\n');
  }
}
