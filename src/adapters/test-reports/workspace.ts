import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import type { Files } from '../../ports/files.ts';
import type { FoundReports, Standing, TestReports } from '../../ports/test-reports.ts';
import { markOf, writtenAt } from '../files/mark.ts';
import type { CoverageReader } from './coverage/reader.ts';
import { type SourceFiles, sourceFiles } from './source-files.ts';
import { type Bytes, mostReportBytes } from './text-stream.ts';
import { UnreadableReport } from './unreadable.ts';

/** The clock of a file system may stand behind that of the system by a tick, or by two seconds on simple ones. */
const slackMilliseconds = 2000;
const beginningBytes = 4096;

/** The reports below `root`; their parsers are loaded when the first is read. @param now the wall clock, in milliseconds */
export function workspaceReports(root: string, files: Files, now: () => number): TestReports {
  const marksOf = async (patterns: readonly string[]): Promise<readonly { pattern: string; marks: Map<string, string> }[]> =>
    Promise.all(
      patterns.map(async (pattern) => {
        const paths = await files.find(pattern);
        const marks = await Promise.all(paths.map(async (path) => [path, await markOf(resolve(root, path))] as const));
        return { pattern, marks: new Map(marks) };
      }),
    );

  return {
    async standing(patterns) {
      const at = now();
      const found = await marksOf(patterns);
      return { at, patterns, marks: new Map(found.flatMap(({ marks }) => [...marks])) };
    },
    async since(before) {
      const found = await marksOf(before.patterns);
      return found.map(({ pattern, marks }) => sorted(pattern, marks, before));
    },
    tests: (path) =>
      read(root, path, async (bytes, sources) => {
        await beginningOf(bytes);
        const { readJunit } = await import('./junit.ts');
        return readJunit(bytes.all(), sources);
      }),
    coverage: (path) => read(root, path, async (bytes, sources) => (await coverageReader(bytes)).read(bytes.all(), sources)),
  };
}

function sorted(pattern: string, marks: ReadonlyMap<string, string>, before: Standing): FoundReports {
  const isWritten = ([path, now]: readonly [string, string]): boolean =>
    before.marks.get(path) !== now && writtenAt(now) >= before.at - slackMilliseconds;
  const all = [...marks];
  return {
    pattern,
    written: all.filter(isWritten).map(([path]) => path),
    fromBefore: all.filter((each) => !isWritten(each)).map(([path]) => path),
  };
}

interface Content {
  readonly beginning: () => Promise<string>;
  readonly all: () => Bytes;
}

async function beginningOf({ beginning }: Content): Promise<string> {
  const text = await beginning();
  if (text.trim() === '') throw new UnreadableReport('it is empty');
  return text;
}

async function coverageReader(content: Content): Promise<CoverageReader> {
  const text = await beginningOf(content);
  const { coverageReaders } = await import('./coverage/index.ts');
  const found = coverageReaders.find((reader) => reader.recognises(text));
  if (found !== undefined) return found;
  const names = coverageReaders.map(({ name }) => name).join(', ');
  throw new UnreadableReport('it begins as no known format does', `Let the tool write one of: ${names}.`);
}

async function read<T>(root: string, path: string, work: (content: Content, sources: SourceFiles) => Promise<T>): Promise<Parsed<T>> {
  try {
    const real = await insideOf(root, path);
    return parsed(await work(contentOf(real), sourceFiles(root, path)));
  } catch (problem) {
    if (problem instanceof UnreadableReport) return refused(problem.message, problem.remedy);
    const { code } = problem as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code))
      return refused(`the system says ${code}`, 'Check that the file may be read by the user of this runner.');
    throw problem;
  }
}

async function insideOf(root: string, path: string): Promise<string> {
  const [real, realRoot] = await Promise.all([realpath(resolve(root, path)), realpath(root)]);
  const way = relative(realRoot, real);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw new UnreadableReport('it lies outside of the workspace');
  const status = await stat(real);
  if (!status.isFile()) throw new UnreadableReport('it is not a file');
  if (status.size > mostReportBytes)
    throw new UnreadableReport(`it is longer than ${mostReportBytes} bytes`, 'Split the run into several reports.');
  return real;
}

const contentOf = (path: string): Content => ({
  async beginning() {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(beginningBytes), 0, beginningBytes, 0);
      return new TextDecoder('utf-8').decode(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  },
  all: () => createReadStream(path, { highWaterMark: 1024 * 1024 }),
});
