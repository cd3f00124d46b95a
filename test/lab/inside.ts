// The process inside the lab's namespaces. It is handed its listening sockets and goes when whoever started it goes.
import { mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { type ForwardName, forwardNames, ports } from './addresses.ts';
import { bringUp } from './bring-up.ts';
import { serveControl } from './control.ts';
import { Forward } from './forward.ts';
import { isolate } from './isolation.ts';
import { type LabSettings, labFiles } from './settings.ts';
import { Supervisor } from './supervisor.ts';

export type FromInside = { kind: 'log'; line: string } | { kind: 'ready' } | { kind: 'failed'; reason: string };

// A shell that is no login shell often lacks the folders of the system's own commands.
process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LabSettings;
const files = labFiles(settings.directory);
const forwards = new Map<string, Forward>();

// All processes of a process-id namespace end with its first, which ends with this one.
process.once('disconnect', () => process.exit(0));
process.on('message', (name: ForwardName, server: Server) => forwards.set(name, new Forward(name, server, insidePort(name))));

function insidePort(name: ForwardName): number {
  return name === 'registry' ? settings.forwards.registry : ports[name];
}

function say(message: FromInside): void {
  if (process.connected) process.send?.(message);
}

async function main(): Promise<void> {
  for (const folder of [files.logs, files.configuration, files.podLogs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  await isolate(files);
  const supervisor = new Supervisor(files.logs);
  const namespaces = {
    pid: readlinkSync('/proc/self/ns/pid'),
    mnt: readlinkSync('/proc/self/ns/mnt'),
    net: readlinkSync('/proc/self/ns/net'),
  };
  await serveControl(files.control, { supervisor, forwards, namespaces });
  await bringUp(settings, supervisor, (line) => say({ kind: 'log', line }));
  if (forwards.size !== forwardNames.length) throw new Error('not all listening sockets arrived');
  say({ kind: 'ready' });
}

main().catch((error: Error) => {
  say({ kind: 'failed', reason: error.message });
});
