import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coverageReaders } from '../../../../src/adapters/test-reports/coverage/index.ts';
import { sourceFiles } from '../../../../src/adapters/test-reports/source-files.ts';
import type { Bytes } from '../../../../src/adapters/test-reports/text-stream.ts';
import { fileCoverage, wholeCoverage } from '../../../../src/domain/gates/coverage.ts';
import { coverageReports } from '../../../corpus/tests/real.ts';

const corpus = resolve(import.meta.dirname, '../../../corpus/tests/real');
const sources = sourceFiles(corpus, 'report');
const readersOf = (text: string) => coverageReaders.filter((reader) => reader.recognises(text.slice(0, 4096)));

async function whole(bytes: Bytes, beginning: string): Promise<{ readonly covered: number; readonly coverable: number } | 'unreadable'> {
  const [reader] = readersOf(beginning);
  if (reader === undefined) return 'unreadable';
  try {
    return wholeCoverage((await reader.read(bytes, sources)).map(fileCoverage));
  } catch (problem) {
    expect((problem as Error).name).toBe('UnreadableReport');
    return 'unreadable';
  }
}
const read = (text: string) => whole([Buffer.from(text)], text);

describe('reports of real tools', () => {
  it.each(Object.keys(coverageReports))('%s is one format, and no other', (path) => {
    expect(readersOf(readFileSync(join(corpus, path), 'utf8'))).toHaveLength(1);
  });

  it.each(Object.entries(coverageReports))('%s is read alike in pieces of any size', async (path, [covered, coverable]) => {
    const content = readFileSync(join(corpus, path));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        const pieces = Array.from({ length: Math.ceil(content.length / size) }, (_, index) =>
          content.subarray(index * size, (index + 1) * size),
        );
        expect(await whole(pieces, content.toString('utf8'))).toEqual({ covered, coverable });
      }),
      { numRuns: 20 },
    );
  });

  it.each(Object.keys(coverageReports).filter((path) => path.endsWith('.xml')))(
    '%s is never a pass when it was cut, wherever',
    async (path) => {
      const content = readFileSync(join(corpus, path));
      const last = content.toString('latin1').trimEnd().length - 1;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: last }), async (at) => {
          expect(await read(content.toString('latin1', 0, at))).toBe('unreadable');
        }),
      );
    },
  );

  // What comes before a record of these formats is itself a report: only the exit code of the command tells that more was to come.
  it.each([
    ['pytest/coverage-full.info', /end_of_record\n?$/],
    ['jest/lcov.info', /end_of_record\n?$/],
    ['go/cover-set.out', /\n$/],
    ['go/cover-atomic.out', /\n$/],
  ])('%s is never a pass when it was cut, but between two of its records', async (path, end) => {
    const content = readFileSync(join(corpus, path), 'utf8');
    for (let at = 0; at < content.length; at += 1) {
      const part = content.slice(0, at);
      const result = await read(part);
      if (!end.test(part)) expect([at, result]).toEqual([at, 'unreadable']);
    }
  });
});

describe('Cobertura', () => {
  const report = (inside: string): string => `<?xml version="1.0"?><coverage line-rate="0">${inside}</coverage>`;
  const lines = (...hits: readonly number[]): string =>
    `<lines>${hits.map((hit, index) => `<line number="${index + 1}" hits="${hit}"/>`).join('')}</lines>`;

  it('takes the lines of methods only where a class has no others', async () => {
    const methods = `<methods><method name="m">${lines(1, 1, 1)}</method></methods>`;
    expect(await read(report(`<class filename="a">${methods}${lines(1, 0)}</class>`))).toEqual({ covered: 1, coverable: 2 });
    expect(await read(report(`<class filename="a">${methods}</class>`))).toEqual({ covered: 3, coverable: 3 });
  });

  it('joins the classes of one file, each line once', async () => {
    expect(await read(report(`<class filename="a">${lines(1, 0)}</class><class filename="a">${lines(0, 0, 1)}</class>`))).toEqual({
      covered: 2,
      coverable: 3,
    });
  });

  it('keeps a file of two source folders apart from another of the same name', async () => {
    const both = report(
      `<sources><source>/a</source></sources><class filename="x.py">${lines(1)}</class><class filename="/b/x.py">${lines(0)}</class>`,
    );
    expect(await read(both)).toEqual({ covered: 1, coverable: 2 });
  });
});

describe('LCOV', () => {
  it.each([
    ['the same file twice', 'SF:a.js\nDA:1,1\nDA:2,0\nend_of_record\nSF:a.js\nDA:2,3\nend_of_record\n', [2, 2]],
    ['checksums, negative and huge hits', 'SF:a.js\nDA:1,4,abc==\nDA:2,-1\nDA:3,99999999999999999999\nend_of_record\n', [2, 3]],
    ['ends of lines of another system', 'TN:x\r\nSF:C:\\w\\a.js\r\nDA:1,1\r\nend_of_record\r\n', [1, 1]],
    ['sums that lie', 'SF:a.js\nDA:1,0\nLF:100\nLH:100\nend_of_record\n', [0, 1]],
    ['no end of the last line', 'SF:a.js\nDA:1,1\nend_of_record', [1, 1]],
    ['comments', '# made by a tool\nTN:\nSF:a.js\nDA:1,1\nend_of_record\n', [1, 1]],
  ] as const)('%s', async (_, text, [covered, coverable]) => {
    expect(await read(text)).toEqual({ covered, coverable });
  });
});

describe('Go cover profile', () => {
  it.each([
    ['a block several times', 'mode: set\na.go:1.1,2.2 3 0\na.go:1.1,2.2 3 1\na.go:3.1,4.2 1 0\n', [3, 4]],
    ['two profiles in one file', 'mode: count\na.go:1.1,2.2 1 7\nmode: count\nb.go:1.1,2.2 1 0\n', [1, 2]],
    ['a path with blanks and colons', 'mode: atomic\nexample.com/a b:c/x.go:1.1,2.2 1 1\n', [1, 1]],
  ] as const)('%s', async (_, text, [covered, coverable]) => {
    expect(await read(text)).toEqual({ covered, coverable });
  });
});
