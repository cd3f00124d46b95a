import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { must } from '../lab/command.ts';
import { cacheRoot } from '../lab/places.ts';

const requirements = resolve(import.meta.dirname, 'requirements.txt');
/** Installing takes half a minute on a quiet machine. */
const abandonedMilliseconds = 600_000;

/** The folder with Ruff, Black, mypy, Bandit, zizmor and ShellCheck at the versions of `requirements.txt`. */
export const pythonTools = (): Promise<string> => pythonPrograms([requirements]);

/**
 * The folder with the programs of lists of requirements, in an environment of their own in the project's cache. Installed once per content; whoever
 * comes meanwhile waits. Throws when they cannot be had: a test without its tool has failed. The last list may name the others.
 */
export async function pythonPrograms(lists: readonly string[]): Promise<string> {
  const content = createHash('sha256');
  for (const list of lists) content.update(readFileSync(list));
  const folder = join(dirname(cacheRoot()), 'tools', `python-${content.digest('hex').slice(0, 12)}`);
  const stamp = join(folder, 'complete');
  const lock = `${folder}.lock`;
  mkdirSync(dirname(folder), { recursive: true });
  while (!existsSync(stamp)) {
    if (!takes(lock)) {
      await new Promise((wake) => setTimeout(wake, 500));
      continue;
    }
    try {
      rmSync(folder, { recursive: true, force: true });
      await must(['python3', '-m', 'venv', folder]);
      const patience = ['--retries', '10', '--timeout', '60'];
      const quietly = ['--quiet', '--disable-pip-version-check', '--no-deps'];
      const install = ['-m', 'pip', 'install', ...quietly, ...patience, '-r', lists.at(-1) ?? requirements];
      await must([join(folder, 'bin/python'), ...install]);
      writeFileSync(stamp, '');
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return join(folder, 'bin');
}

function takes(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > abandonedMilliseconds) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}
