import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';

/** Content by path of everything in a folder, sorted. A folder that is not there holds nothing. */
export function readFolder(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of listFiles(folder).toSorted((a, b) => (a < b ? -1 : 1)))
    files.set(relative(folder, entry).split(sep).join('/'), readFileSync(entry, 'utf8'));
  return files;
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Makes the folder hold exactly these files. */
export function writeFolder(folder: string, files: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** One sentence for each file that is not the same on both sides, sorted by path. */
export function differences(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
  names: readonly [string, string],
): readonly string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths]
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((path) => {
      if (!one.has(path)) return [`${path} is only in ${names[1]}`];
      if (!other.has(path)) return [`${path} is only in ${names[0]}`];
      return one.get(path) === other.get(path) ? [] : [`${path} is not the same in ${names[0]} and ${names[1]}`];
    });
}

/** Runs with a copy of what a build reads, so many folders deep in the system's folder for such things. */
export async function withCopy<T>(root: string, depth: number, use: (copy: string) => Promise<T>): Promise<T> {
  const outer = mkdtempSync(join(tmpdir(), 'wf-deploy-dist-'));
  const copy = join(outer, ...Array.from({ length: depth }, (_, index) => `deeper-${index}`));
  try {
    mkdirSync(copy, { recursive: true });
    for (const part of ['src', 'actions', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    return await use(copy);
  } finally {
    rmSync(outer, { recursive: true, force: true });
  }
}
