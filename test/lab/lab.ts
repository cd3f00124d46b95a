import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ForwardName } from './addresses.ts';
import { until } from './await.ts';
import { LabClient } from './client.ts';
import type { CommandResult } from './command.ts';
import { Control, type LabStatus } from './control.ts';
import { writeKubeconfig } from './credentials.ts';
import { LabFailure } from './failure.ts';
import type { Cut } from './forward.ts';
import type { FromKeeper, KeeperOrder } from './keeper.ts';
import { isAlive, type LabRecord, runningLabs } from './record.ts';
import { requirements } from './requirements.ts';
import { type LabFiles, type LabOptions, labFiles } from './settings.ts';
import { builtTools } from './tools.ts';

/** A running control plane, node, registry, Prometheus and gateway of one's own. */
export class Lab {
  readonly name: string;
  readonly directory: string;
  readonly files: LabFiles;
  /** Of the administrator, for the host: the API server through its loopback port. */
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly prometheusUrl: string;
  /** Answers after `start('alertmanager')`. */
  readonly alertmanagerUrl: string;
  /** host:port, the same inside and outside: first part of an image reference. */
  readonly registry: string;
  /** Where BuildKit listens, when the lab was started with it. */
  readonly buildkit: string;
  readonly #record: LabRecord;
  readonly #control: Control;
  #client: LabClient | undefined;

  constructor(record: LabRecord) {
    const { name, directory, forwards } = record;
    this.#record = record;
    this.name = name;
    this.directory = directory;
    this.files = labFiles(directory);
    this.kubeconfig = this.files.kubeconfig;
    this.auditLog = this.files.auditLog;
    this.apiUrl = `https://127.0.0.1:${forwards.api}`;
    this.gatewayUrl = `http://127.0.0.1:${forwards.gateway}`;
    this.prometheusUrl = `http://127.0.0.1:${forwards.prometheus}`;
    this.alertmanagerUrl = `http://127.0.0.1:${forwards.alertmanager}`;
    this.registry = `127.0.0.1:${forwards.registry}`;
    this.buildkit = `unix://${this.files.buildkit}`;
    this.#control = new Control(this.files.control);
  }

  get client(): LabClient {
    this.#client ??= new LabClient(this.kubeconfig);
    return this.#client;
  }

  /** A kubeconfig whose holder may do only what RBAC gives this ServiceAccount; the account is created when it is not there. */
  async kubeconfigFor({ namespace, serviceAccount }: { namespace: string; serviceAccount: string }): Promise<string> {
    const token = await this.client.serviceAccountToken(namespace, serviceAccount);
    const path = join(this.directory, `kubeconfig-${namespace}-${serviceAccount}`);
    await writeKubeconfig(path, this.apiUrl, this.client.objects.authority, token);
    return path;
  }

  /** Ends a part with a signal and waits until it is gone. It stays down until `start`. */
  kill(part: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.#control.part(part, 'kill', signal);
  }

  /** Starts a part that is down and waits until it is ready. */
  start(part: string): Promise<void> {
    return this.#control.part(part, 'start');
  }

  restart(part: string): Promise<void> {
    return this.#control.part(part, 'restart');
  }

  pause(part: string): Promise<void> {
    return this.#control.part(part, 'pause');
  }

  resume(part: string): Promise<void> {
    return this.#control.part(part, 'resume');
  }

  /** Destroys the connections of a forward and lets no new one through: they are reset (`refuse`) or never answered (`hang`). */
  cut(forward: ForwardName, how: Cut = 'refuse'): Promise<void> {
    return this.#control.forward(forward, 'cut', how);
  }

  restore(forward: ForwardName): Promise<void> {
    return this.#control.forward(forward, 'restore');
  }

  /** Runs a command inside the lab's namespaces. */
  exec(argv: readonly string[]): Promise<CommandResult> {
    return this.#control.exec(argv);
  }

  status(): Promise<LabStatus> {
    return this.#control.status();
  }

  /** Ends when nothing of the lab is left. */
  async stop(): Promise<void> {
    const { keeper } = this.#record;
    if (await isAlive(keeper)) process.kill(keeper.pid, 'SIGTERM');
    await until(`the end of lab ${this.name}`, async () => !(await isAlive(keeper)), { seconds: 150, every: 20 });
  }
}

/** Starts a lab that ends with this process, or, detached, with `stop`. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const check = requirements();
  if (check.state !== 'met') throw new LabFailure('The lab cannot run here.', check.statement);
  builtTools();
  const {
    name = 'lab',
    log = () => undefined,
    detached = false,
    scrapeInterval = '1s',
    gatewayThrottle = '2s',
    buildkit = false,
  } = options;
  const order: KeeperOrder = {
    name,
    detached,
    scrapeInterval,
    gatewayThrottle,
    buildkit,
    keepFiles: process.env['WF_DEPLOY_LAB_KEEP'] === '1',
  };
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts'), JSON.stringify(order)], {
    // Its own session: an interrupt typed at the terminal reaches the owner alone, and the keeper then clears up after it.
    detached: true,
    stdio: [detached ? 'ignore' : 'pipe', 'pipe', detached ? 'ignore' : 'inherit'],
  });
  const lab = await started(keeper, log);
  release(keeper);
  return lab;
}

/** The lab that runs under a name, started by any process of this user. */
export async function findLab(name = 'lab'): Promise<Lab | undefined> {
  const record = (await runningLabs()).find((lab) => lab.name === name);
  return record && new Lab(record);
}

async function started(keeper: ChildProcess, log: (line: string) => void): Promise<Lab> {
  if (!keeper.stdout) throw new Error('the keeper has no output');
  const begin = performance.now();
  let record: LabRecord | undefined;
  for await (const line of createInterface({ input: keeper.stdout })) {
    const message = JSON.parse(line) as FromKeeper;
    if (message.kind === 'made') record = message.record;
    else if (message.kind === 'log') log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s  ${message.line}`);
    else if (message.kind === 'ready' && record) return new Lab(record);
    else if (message.kind === 'failed') return await failed(keeper, message.reason);
  }
  return await failed(keeper, 'its keeper ended early');
}

async function failed(keeper: ChildProcess, reason: string): Promise<never> {
  if (keeper.exitCode === null && keeper.signalCode === null) {
    const ended = once(keeper, 'exit');
    keeper.kill('SIGTERM');
    await ended;
  }
  throw new LabFailure(`The lab did not start: ${reason}`, 'With WF_DEPLOY_LAB_KEEP=1 the logs of all parts stay in the state directory.');
}

/** The keeper must not hold its owner's event loop; the open end of its standard input tells it that the owner lives. */
function release(keeper: ChildProcess): void {
  keeper.unref();
  keeper.stdout?.destroy();
  (keeper.stdin as { unref?: () => void } | null)?.unref?.();
}
