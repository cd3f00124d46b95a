import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readReport } from '../../../src/adapters/findings/index.ts';
import { type Json, readJson } from '../../../src/adapters/findings/json.ts';
import { Unreadable } from '../../../src/adapters/findings/unreadable.ts';
import { judge } from '../../../src/domain/gates/verdict.ts';
import { annotationsOf } from '../../../src/flows/gate/annotations.ts';
import { reportGate } from '../../../src/flows/gate/report.ts';
import { piecesOf, plainPolicy } from '../../corpus/findings.ts';
import { hostileReports } from '../../corpus/hostile-findings.ts';
import { gatePlan } from '../../flows/gate/gate-plan.ts';

const context = { roots: ['/home/runner/work/service/service'], directory: '' };

describe('hostile reports', () => {
  it('are many', () => expect(Object.keys(hostileReports).length).toBeGreaterThanOrEqual(60));

  it.each(Object.entries(hostileReports))('%s', async (_name, { format, bytes, comes }) => {
    const reports = await readReport(format, format === 'sarif' ? '' : format, piecesOf(Buffer.from(bytes as Buffer)), context);
    const verdict = judge(reports, plainPolicy);
    expect(verdict.outcome).not.toBe('passed');
    if (comes !== 'never') expect(verdict.outcome).toBe(comes);
    const { summary, outputs, annotation } = reportGate(gatePlan(), { verdict, asked: [format], uploaded: undefined, baselineNow: '' });
    const shown = [
      ...annotationsOf(verdict).flatMap(({ title, text }) => [title, text]),
      ...Object.values(outputs),
      annotation?.title ?? '',
    ];
    // Nothing in it is a line of its own, an escape sequence, or text that runs the other way.
    for (const text of shown) expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(summary).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(summary).not.toMatch(/^\s*::/m);
    expect(summary.length).toBeLessThan(20_000);
    for (const { finding } of verdict.judged) if (finding.place.in === 'file') expect(finding.place.path).not.toMatch(/\.\.|^\//);
  });

  it('of 200 MB is refused in time, in little memory', async () => {
    const chunk = Buffer.alloc(1_000_000, ' ');
    async function* large(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[');
      for (let sent = 0; sent < 200; sent += 1) yield chunk;
    }
    const before = process.memoryUsage().rss;
    const [report] = await readReport('sarif', '', large(), context);
    expect(report?.state).toBe('unusable');
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });
});

const read = (
  text: string,
  items: readonly string[] = [],
  skip: readonly string[] = [],
  size = 64,
): Promise<{ rest: Json; items: unknown[] }> => {
  const found: unknown[] = [];
  return readJson(piecesOf(Buffer.from(text), size), { items, skip }, (item, path) => found.push([path.join('.'), item])).then((rest) => ({
    rest,
    items: found,
  }));
};

describe('readJson', () => {
  it('reads what JSON.parse reads, in pieces of any size', async () => {
    // A key that is written twice is refused, so there are none here.
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 1, max: 40 }), async (value, size) => {
        expect(JSON.stringify((await read(JSON.stringify(value), [], [], size)).rest)).toBe(JSON.stringify(value));
      }),
      { numRuns: 60 },
    );
  });

  it('hands items over by their path and keeps the rest without them', async () => {
    const { rest, items } = await read('{"a":[{"x":1},{"x":[2]}],"b":{"c":[3],"d":4}}', ['a.*'], ['b.c']);
    expect(JSON.parse(JSON.stringify(items))).toEqual([
      ['a.0', { x: 1 }],
      ['a.1', { x: [2] }],
    ]);
    expect(JSON.parse(JSON.stringify(rest))).toEqual({ a: [], b: { d: 4 } });
  });

  it('refuses what JSON.parse refuses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom(',', ':', '{', ']', '"', 'x', '1', ''),
        async (text, at, put) => {
          const broken = text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1);
          try {
            JSON.parse(broken);
          } catch {
            await expect(read(broken)).rejects.toThrow(Unreadable);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
