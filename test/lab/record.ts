import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ForwardName } from './addresses.ts';
import { labsWithCgroups, removeLabCgroup } from './cgroups.ts';
import { LabFailure } from './failure.ts';
import { runtimeRoot } from './places.ts';
import { labFiles } from './settings.ts';

/** What a state directory says about the lab that owns it. */
export interface LabRecord {
  name: string;
  directory: string;
  detached: boolean;
  forwards: Record<ForwardName, number>;
  keeper: ProcessIdentity;
}

/** A process id alone can be taken by another process later; together with its start time it cannot. */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
}

const unfinished = 'new-';

/** The directory appears under its final name only with its record in it, so that nobody takes it for that of a dead lab. */
export async function createRecord(content: Omit<LabRecord, 'directory'>): Promise<LabRecord> {
  const root = runtimeRoot();
  await mkdir(root, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(root);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0)
    throw new LabFailure(`${root} belongs to somebody else or is open to others.`, 'Remove it, or set TMPDIR to a folder of your own.');
  const made = await mkdtemp(join(root, unfinished));
  const directory = join(root, `${content.name}-${basename(made).slice(unfinished.length)}`);
  const record = { ...content, directory };
  await writeFile(labFiles(made).record, JSON.stringify(record, undefined, 2));
  await rename(made, directory);
  return record;
}

export async function runningLabs(): Promise<LabRecord[]> {
  const records: LabRecord[] = [];
  for (const entry of await labDirectories()) {
    const record = await readRecord(join(runtimeRoot(), entry));
    if (record && (await isAlive(record.keeper))) records.push(record);
  }
  return records;
}

/** Removes what labs left whose keeper was killed: state directories and cgroups. Their processes and mounts went with their namespaces. */
export async function sweepDeadLabs(): Promise<void> {
  // Listed before it is asked who lives: a lab that starts meanwhile is in neither list.
  const cgroups = await labsWithCgroups();
  const entries = await labDirectories();
  const living = new Set((await runningLabs()).map(({ directory }) => basename(directory)));
  for (const entry of entries)
    if (!living.has(entry) && !(await isBeingMade(entry))) await rm(join(runtimeRoot(), entry), { recursive: true, force: true });
  for (const lab of cgroups) if (!living.has(lab)) await removeLabCgroup(lab);
}

async function isBeingMade(entry: string): Promise<boolean> {
  if (!entry.startsWith(unfinished)) return false;
  try {
    return Date.now() - (await stat(join(runtimeRoot(), entry))).mtimeMs < 60_000;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

export async function identify(pid: number): Promise<ProcessIdentity> {
  return { pid, startTime: (await startTimeOf(pid)) ?? '' };
}

export async function isAlive({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime;
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may itself contain spaces; a zombie (Z) no longer lives.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

async function labDirectories(): Promise<string[]> {
  try {
    return await readdir(runtimeRoot());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readRecord(directory: string): Promise<LabRecord | undefined> {
  const text = await readIfThere(labFiles(directory).record);
  return text === undefined ? undefined : (JSON.parse(text) as LabRecord);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
