import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type SourceLocation, sourceLocations } from '../../domain/gates/source-location.ts';
import type { BrokenTest } from '../../domain/gates/tests.ts';
import { shown } from '../../domain/units/shown.ts';

/** Paths that a report names, as paths of the workspace. Nothing is opened; only whether a file is there is asked. */
export interface SourceFiles {
  /** The first of these places that is a file of the workspace and no installed package. */
  place(named: SourceLocation, details: string): BrokenTest['at'];
  /**
   * What a file of a coverage report is called, so that the same file in two reports has one name. `folders` are those that the report
   * gives for its paths. One that is not found keeps its name below the report's own folder, so that it is merged with no other.
   */
  key(path: string, folders: readonly string[]): string;
}

const foreign = /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.venv|venv|vendor)\//;

export function sourceFiles(workspace: string, report: string): SourceFiles {
  const root = existsSync(workspace) ? realpathSync(workspace) : workspace;
  const folder = dirname(resolve(root, report));
  const around = ancestors(folder, root);
  const known = new Map<string, string | undefined>();

  const within = (path: string): string | undefined => {
    const way = relative(root, path);
    return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way.split(sep).join('/');
  };
  const find = (path: string, folders: readonly string[]): string | undefined => {
    const remembered = `${folders.join('\0')}\0${path}`;
    if (!known.has(remembered)) known.set(remembered, look(path, folders));
    return known.get(remembered);
  };
  const look = (path: string, folders: readonly string[]): string | undefined => {
    if (path.includes('\0') || path.length > 1024) return undefined;
    const plain = path.replaceAll('\\', '/');
    const candidates = isAbsolute(plain)
      ? [plain]
      : [...folders.map((each) => resolve(root, each)), ...around].map((each) => join(each, plain));
    for (const candidate of candidates) {
      const way = within(candidate);
      if (way !== undefined && statSync(candidate, { throwIfNoEntry: false })?.isFile() === true) return way;
    }
    return undefined;
  };
  return {
    place(named, details) {
      for (const { path, line } of [named, ...sourceLocations(details)]) {
        const file = path === '' ? undefined : find(path, []);
        if (file !== undefined && !foreign.test(file)) return { file, line: Math.max(1, line) };
      }
      return undefined;
    },
    key(path, folders) {
      const found = find(path, folders);
      if (found !== undefined) return found;
      return isAbsolute(path) ? shown(path, 300) : shown(`${within(folder) ?? '.'}/${path}`, 300);
    },
  };
}

/** A folder and those around it, up to the root. */
function ancestors(folder: string, root: string): readonly string[] {
  const found = [folder];
  for (let at = folder; at !== root && at !== dirname(at); ) {
    at = dirname(at);
    found.push(at);
  }
  return found;
}
