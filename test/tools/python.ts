import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { must } from '../lab/command.ts';
import { cacheRoot } from '../lab/places.ts';

const requirements = resolve(import.meta.dirname, 'requirements.txt');
/** Installing takes half a minute on a quiet machine. */
const abandonedMilliseconds = 600_000;

/**
 * The folder with Ruff, Black, mypy and Bandit at the versions of `requirements.txt`, in an environment of their own in the project's cache.
 * Installed once per list; whoever comes meanwhile waits. Throws when they cannot be had: a test without its tool has failed.
 */
export async function pythonTools(): Promise<string> {
  const list = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(dirname(cacheRoot()), 'tools', `python-${list}`);
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
      await must([
        join(folder, 'bin/python'),
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '-r',
        requirements,
      ]);
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
