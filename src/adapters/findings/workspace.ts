import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync } from 'node:fs';
import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Finding } from '../../domain/gates/finding.ts';
import { Failure } from '../../failure.ts';
import type { Files } from '../../ports/files.ts';
import type { Findings } from '../../ports/findings.ts';
import { markOf } from '../files/mark.ts';
import { readReport } from './index.ts';
import { Unreadable } from './unreadable.ts';
import type { Bytes } from './utf8.ts';

const chunkBytes = 256 * 1024;
const mostCapturedBytes = 64 * 1024 * 1024;
const mostSourceBytes = 2 * 1024 * 1024;

/** @param temporary a folder that the runner empties after the job. */
export function workspaceFindings(root: string, temporary: string, files: Files): Findings {
  let folder: string | undefined;
  const place = (name: string): string => {
    folder ??= mkdtempSync(join(temporary, 'wf-deploy-gate-'));
    return join(folder, name);
  };
  return {
    capture: place,
    async text(captured) {
      const { size } = await stat(captured);
      if (size > mostCapturedBytes)
        throw new Failure(
          'FILE_UNREADABLE',
          `A program wrote ${size} bytes, and at most ${mostCapturedBytes} are read.`,
          'Give it less to do.',
        );
      return await readFile(captured, 'utf8');
    },
    async mark(path) {
      try {
        return await markOf(resolve(root, path));
      } catch (error) {
        // What cannot be looked at cannot be read either, which says why.
        if (error instanceof Error && 'code' in error) return undefined;
        throw error;
      }
    },
    async read({ format, tool, path, isCaptured, directory }) {
      const real = await realpath(root);
      const roots = [...new Set([root, real])];
      return await readReport(format, tool, isCaptured ? bytesOf(path) : bytesInside(real, path), { roots, directory });
    },
    async withContexts(reports) {
      const sources = new Map<string, Promise<readonly string[]>>();
      const linesOf = (path: string): Promise<readonly string[]> => {
        const known = sources.get(path) ?? readLines(files, path);
        sources.set(path, known);
        return known;
      };
      return await Promise.all(
        reports.map(async (report) => ({
          ...report,
          findings: await Promise.all(report.findings.map((each) => inContext(each, linesOf))),
        })),
      );
    },
    async keep(name, content) {
      const path = place(name);
      await writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
      return path;
    },
  };
}

async function* bytesOf(path: string): Bytes {
  try {
    // A pipe would be waited for without an end.
    if (!(await stat(path)).isFile()) throw new Unreadable('is not a file', 'Let the tool write a file.');
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) yield chunk as Uint8Array;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === '') throw error;
    throw new Unreadable(
      code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`,
      'Let an earlier step write it, and give its path relative to the workspace.',
    );
  }
}

/** Of a path that a user gave: it may not lead out of the workspace, by a link neither. */
async function* bytesInside(root: string, path: string): Bytes {
  const real = await realpath(resolve(root, path)).catch(() => resolve(root, path));
  const way = relative(root, real);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw new Unreadable('lies outside of the workspace', 'Let the tool write it into the workspace.');
  yield* bytesOf(real);
}

async function readLines(files: Files, path: string): Promise<readonly string[]> {
  try {
    return (await files.text(path, mostSourceBytes)).split('\n');
  } catch {
    // A file that is gone, binary, or a link out of the workspace has no lines to compare: the finding then goes by its message alone.
    return [];
  }
}

async function inContext(finding: Finding, linesOf: (path: string) => Promise<readonly string[]>): Promise<Finding> {
  const { place } = finding;
  if (place.in !== 'file' || place.line === undefined || finding.dependency !== undefined) return finding;
  const text = (await linesOf(place.path))[place.line - 1];
  if (text === undefined) return finding;
  const context = createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('hex').slice(0, 16);
  return { ...finding, context };
}
