// The process of a lab outside its namespaces: it makes them, holds the lab's end of every loopback port until it is handed over,
// and clears away what the kernel does not when the lab is over, for whatever reason.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';
import { type ForwardName, forwardNames } from './addresses.ts';
import { createLabCgroup, removeLabCgroup } from './cgroups.ts';
import type { FromInside } from './inside.ts';
import { createRecord, identify, type LabRecord, sweepDeadLabs } from './record.ts';
import { type LabSettings, labFiles } from './settings.ts';

export interface KeeperOrder {
  name: string;
  detached: boolean;
  keepFiles: boolean;
  scrapeInterval: string;
  gatewayThrottle: string;
  buildkit: boolean;
}

export type FromKeeper = FromInside | { kind: 'made'; record: LabRecord };

const order = JSON.parse(process.argv[2] ?? '{}') as KeeperOrder;

// A reader that has gone is no reason to end: whoever owns the lab is watched on standard input alone.
process.stdout.on('error', () => undefined);
function say(message: FromKeeper, then?: () => void): void {
  process.stdout.write(`${JSON.stringify(message)}\n`, then);
}

async function listen(): Promise<Map<ForwardName, Server>> {
  const servers = new Map<ForwardName, Server>();
  for (const name of forwardNames) {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.set(name, server);
  }
  return servers;
}

function startInside(settings: LabSettings): ChildProcess {
  const files = labFiles(settings.directory);
  mkdirSync(files.logs, { recursive: true, mode: 0o700 });
  writeFileSync(files.settings, JSON.stringify(settings));
  const log = openSync(join(files.logs, 'supervisor.log'), 'a', 0o600);
  const namespaces = ['--pid', '--fork', '--kill-child=SIGKILL', '--mount', '--net', '--propagation', 'private', '--mount-proc'];
  const argv = [...namespaces, 'tini', '--', process.execPath, join(import.meta.dirname, 'inside.ts'), files.settings];
  return spawn('unshare', argv, { stdio: ['ignore', log, log, 'ipc'], cwd: '/' });
}

function handOver(inside: ChildProcess, name: ForwardName, server: Server): void {
  inside.send(name, server, () => server.close());
}

async function main(): Promise<void> {
  await sweepDeadLabs();
  const servers = await listen();
  const forwards = Object.fromEntries([...servers].map(([name, server]) => [name, (server.address() as AddressInfo).port])) as Record<
    ForwardName,
    number
  >;
  const { name, detached, scrapeInterval, gatewayThrottle, buildkit } = order;
  const record = await createRecord({ name, detached, forwards, keeper: await identify(process.pid) });
  await createLabCgroup(basename(record.directory));
  say({ kind: 'made', record });

  const inside = startInside({ name, directory: record.directory, forwards, scrapeInterval, gatewayThrottle, buildkit });
  const ended = once(inside, 'exit');
  for (const [forward, server] of servers) handOver(inside, forward, server);
  inside.on('message', (message) => say(message as FromInside));

  const stop = () => {
    if (inside.connected) inside.disconnect();
    setTimeout(() => inside.kill('SIGKILL'), 20_000).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  if (!detached) process.stdin.once('close', stop).resume();

  await ended;
  await removeLabCgroup(basename(record.directory));
  if (!order.keepFiles) await rm(record.directory, { recursive: true, force: true });
  process.exit(0);
}

main().catch((error: Error) => {
  say({ kind: 'failed', reason: error.message }, () => process.exit(1));
});
