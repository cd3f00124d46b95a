import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './await.ts';
import { LabFailure } from './failure.ts';
import { runtimeRoot } from './places.ts';

// Cgroups are shared by the whole machine, state directories lie where TMPDIR says: labs of another place are none of ours to sweep.
const parent = `wf-deploy-lab-${createHash('sha256').update(runtimeRoot()).digest('hex').slice(0, 8)}`;

// Pods of all labs share one cgroup, which by default weighs as much as one process beside it. On a busy machine none of them would get
// to run for seconds, and a guardian that is not seen to live for that long is taken for lost.
const processesWorth = 16;
const weights = { 'cpu.shares': 1024 * processesWorth, 'cpu.weight': 100 * processesWorth };

/** The path that kubelet puts the lab's containers under, in every cgroup hierarchy. */
export function labCgroup(lab: string): string {
  return `/${parent}/${lab}`;
}

/** Kubelet wants the directory to exist in every hierarchy before it starts. */
export async function createLabCgroup(lab: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    try {
      await mkdir(join(hierarchy, parent, lab), { recursive: true });
      for (const folder of [hierarchy, join(hierarchy, parent)]) await passControllersOn(folder);
      await giveWeight(join(hierarchy, parent));
    } catch (cause) {
      throw new LabFailure(`${hierarchy} cannot be written: ${(cause as Error).message}`, 'Inside a container, run it privileged.', {
        cause,
      });
    }
  }
}

/** In a version 2 hierarchy children have only the controllers that each ancestor passes on. */
async function passControllersOn(folder: string): Promise<void> {
  const controllers = join(folder, 'cgroup.controllers');
  if (!existsSync(controllers)) return;
  const available = (await readFile(controllers, 'utf8')).trim().split(' ').filter(Boolean);
  if (available.length > 0) await writeFile(join(folder, 'cgroup.subtree_control'), available.map((name) => `+${name}`).join(' '));
}

/** The controller is in one hierarchy, in which version 1 calls it shares and version 2 weight. */
async function giveWeight(folder: string): Promise<void> {
  for (const [name, weight] of Object.entries(weights))
    if (existsSync(join(folder, name))) await writeFile(join(folder, name), String(weight));
}

/** Takes away the directories that containers of a lab leave in the host's cgroup hierarchies when they are killed. */
export async function removeLabCgroup(lab: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    await removeTree(join(hierarchy, parent, lab));
    await removeIfEmpty(join(hierarchy, parent));
  }
}

export async function labsWithCgroups(): Promise<string[]> {
  const found = new Set<string>();
  for (const hierarchy of await hierarchies()) for (const lab of await directories(join(hierarchy, parent))) found.add(lab);
  return [...found];
}

async function hierarchies(): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return mounts.filter(([, , type]) => type === 'cgroup' || type === 'cgroup2').map(([, at = '']) => at);
}

async function removeTree(directory: string): Promise<void> {
  for (const child of await directories(directory)) await removeTree(join(directory, child));
  // The kernel says EBUSY for a moment after the last process of a cgroup was killed.
  await until(`the removal of ${directory}`, async () => (await removal(directory)) !== 'EBUSY', { seconds: 60, every: 50 });
}

async function removeIfEmpty(directory: string): Promise<void> {
  await removal(directory);
}

async function removal(directory: string): Promise<'removed' | 'EBUSY' | 'ENOTEMPTY' | 'ENOENT'> {
  try {
    await rmdir(directory);
    return 'removed';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EBUSY' || code === 'ENOTEMPTY' || code === 'ENOENT') return code;
    throw error;
  }
}

async function directories(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
