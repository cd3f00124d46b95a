import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from './await.ts';
import { labsWithCgroups } from './cgroups.ts';
import { must, run } from './command.ts';
import { findLab, type Lab, startLab } from './lab.ts';
import { sweepDeadLabs } from './record.ts';
import { pushSample, sampleObjects } from './sample.ts';

const minutes = 60_000;
// Names of this run alone: labs are found by name.
const [one, two, owned] = ['one', 'two', 'owned'].map((name) => `${name}-${process.pid}`) as [string, string, string];

/** Everything of a lab that could be left behind. */
async function traces(lab: Lab): Promise<string[]> {
  const found = await processesOf(lab);
  if ((await labsWithCgroups()).includes(basename(lab.directory))) found.push('cgroups');
  if (existsSync(lab.directory)) found.push('the state directory');
  return found;
}

/**
 * Every process of a lab, containers included, has the lab's data among its mounts, and nobody else has.
 * The kernel's numbers of namespaces would not do: it gives them to the next namespace at once.
 */
async function processesOf(lab: Lab): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A process may end while it is looked at.
    const mounts = await readFile(join('/proc', pid, 'mounts'), 'utf8').catch(() => '');
    if (mounts.includes(lab.directory)) found.push(`process ${pid}`);
  }
  return found;
}

/** Links, packet filter rules and mounts of the host, pinned namespaces among them: a lab must never change them. */
async function hostState(): Promise<string> {
  const links = await must(['ip', '-oneline', 'link', 'show']);
  const rules = await must(['iptables-save']);
  const withoutCounters = rules.toString().replace(/^#.*$|\[\d+:\d+\]/gm, '');
  return links.toString().replace(/\s(state|qlen) \S+/g, '') + withoutCounters + (await readFile('/proc/self/mounts', 'utf8'));
}

async function startOwner(name: string): Promise<{ owner: ChildProcess; lab: Lab }> {
  const owner = spawn(process.execPath, [join(import.meta.dirname, 'cli.ts'), 'start', '--attached', '--name', name], { stdio: 'ignore' });
  const lab = await until(
    `start of ${name}`,
    async () => {
      const found = await findLab(name);
      const status = await found?.status();
      return found && status?.parts.some(({ part }) => part === 'traefik') && found;
    },
    { seconds: 240 },
  );
  return { owner, lab };
}

const gone = (lab: Lab) => until(`the end of every trace of ${lab.name}`, async () => (await traces(lab)).length === 0, { seconds: 150 });

afterEach(async () => {
  for (const name of [one, two, owned]) await (await findLab(name))?.stop();
}, 10 * minutes);

describe('what a lab leaves behind', () => {
  test(
    'nothing after stop, with pods running in it; and two labs do not see each other',
    async () => {
      const before = await hostState();
      const [first, second] = await Promise.all([startLab({ name: one }), startLab({ name: two })]);
      await first.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
      await first.client.apply(sampleObjects('demo', 'v1', await pushSample(first, 'v1'), 2));
      await first.client.waitForRollout('demo', 'sample-v1');
      expect(await second.client.find({ apiVersion: 'v1', kind: 'Namespace', name: 'demo' })).toBeUndefined();
      expect(await traces(first)).toEqual(expect.arrayContaining(['cgroups', 'the state directory', expect.stringContaining('process')]));
      expect(await hostState()).toBe(before);

      await first.stop();
      expect(await traces(first)).toEqual([]);
      expect((await second.status()).parts.every(({ state }) => state === 'running')).toBe(true);
      await second.stop();
      expect(await hostState()).toBe(before);
    },
    10 * minutes,
  );

  test.each(['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'nothing after %s of its owner',
    async (signal) => {
      const { owner, lab } = await startOwner(owned);
      owner.kill(signal);
      await once(owner, 'exit');
      await gone(lab);
    },
    10 * minutes,
  );

  test(
    'nothing that runs after SIGKILL of its keeper, and nothing at all after the next start looked around',
    async () => {
      const { owner, lab } = await startOwner(owned);
      const record = JSON.parse(await readFile(lab.files.record, 'utf8')) as { keeper: { pid: number } };
      process.kill(record.keeper.pid, 'SIGKILL');
      await until('the end of its processes', async () => (await processesOf(lab)).length === 0);
      await sweepDeadLabs();
      expect(await traces(lab)).toEqual([]);
      owner.kill();
    },
    10 * minutes,
  );
});

describe('a detached lab', () => {
  test(
    'outlives the command that started it, is found by name and ends by stop',
    async () => {
      const cli = (...words: string[]) => run([process.execPath, join(import.meta.dirname, 'cli.ts'), ...words, '--name', one]);
      expect(await cli('start')).toMatchObject({ code: 0 });
      const environment = await cli('env');
      expect(environment.stdout).toMatch(/^export KUBECONFIG='.*'\nexport LAB_GATEWAY='http:\/\/127\.0\.0\.1:\d+'$/m);
      expect((await cli('status')).stdout).toMatch(/kubelet +running/);
      expect((await cli('start')).stderr).toContain('is running');
      expect((await cli('stop')).code).toBe(0);
      expect((await cli('status')).stderr).toContain('npm run lab -- start');
    },
    10 * minutes,
  );
});
