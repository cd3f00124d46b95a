import { glob, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Files } from '../../ports/files.ts';
import { foreignText } from '../foreign-text.ts';

/** The files below `root`, and no others. */
export function workspaceFiles(root: string): Files {
  const inside = async (path: string): Promise<string> => {
    const [real, realRoot] = await Promise.all([realpath(resolve(root, path)), realpath(root)]).catch((error: unknown) => {
      throw unreadable(path, reasonOf(error));
    });
    const way = relative(realRoot, real);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw unreadable(path, 'it lies outside of the workspace');
    return real;
  };
  const text = async (path: string, mostBytes: number): Promise<string> => decode(path, await read(path, await inside(path), mostBytes));
  return {
    find: async (pattern) => {
      const found = new Set<string>();
      for (const each of [pattern, join(pattern, '**/*')])
        for await (const entry of glob(each, { cwd: root, withFileTypes: true })) {
          if (entry.isFile()) found.add(relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
        }
      await Promise.all([...found].map(inside));
      return [...found].sort((one, other) => (one < other ? -1 : 1));
    },
    text,
    documents: async (path, mostBytes) => {
      const content = await text(path, mostBytes);
      const { parseStrict } = await import('../yaml/strict.ts');
      const parsed = parseStrict(content);
      if ('error' in parsed) throw unreadable(path, `it is not YAML: ${foreignText(parsed.error)}`);
      return parsed.values;
    },
  };
}

async function read(path: string, real: string, mostBytes: number): Promise<Buffer> {
  const file = await open(real, 'r').catch((error: unknown) => {
    throw unreadable(path, reasonOf(error));
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw unreadable(path, 'it is not a file');
    if (status.size > mostBytes) throw unreadable(path, `it has ${status.size} bytes, and at most ${mostBytes} are read`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(path, 'it is not UTF-8 text', error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it',
  ELOOP: 'its symbolic links lead in a circle',
};

const reasonOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'it cannot be reached';
  return reasons[code] ?? `the system says ${code}`;
};

const unreadable = (path: string, reason: string, cause?: unknown): Failure =>
  new Failure(
    'FILE_UNREADABLE',
    `The file \`${foreignText(path, [], 200)}\` cannot be read: ${reason}.`,
    'Give a path relative to the workspace, and check out the repository in an earlier step of the job.',
    cause,
  );
