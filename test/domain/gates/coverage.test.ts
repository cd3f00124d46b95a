import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CoveredFile, fileCoverage, mergeCoverage, wholeCoverage } from '../../../src/domain/gates/coverage.ts';

const file = (path: string, hits: Readonly<Record<number, boolean>>): CoveredFile => ({
  path,
  units: new Map(Object.entries(hits).map(([line, covered]) => [Number(line), { size: 1, covered }])),
});

describe('coverage of a file', () => {
  it('counts whole lines and lists the uncovered ones in runs', () => {
    expect(fileCoverage(file('a', { 9: false, 1: true, 3: false, 4: false, 5: true, 10: false }))).toEqual({
      path: 'a',
      covered: 2,
      coverable: 6,
      uncovered: [
        [3, 4],
        [9, 10],
      ],
    });
  });
  it('counts statements where the unit is a block', () => {
    const units = new Map([
      ['1.1,2.2', { size: 3, covered: true }],
      ['3.1,4.2', { size: 2, covered: false }],
    ]);
    expect(fileCoverage({ path: 'a.go', units })).toEqual({ path: 'a.go', covered: 3, coverable: 5, uncovered: [] });
  });
});

describe('merged reports', () => {
  it('take a line as covered when any report says so, and each line once', () => {
    const merged = mergeCoverage([
      [file('b', { 1: true })],
      [file('a', { 1: true, 2: false })],
      [file('a', { 1: false, 2: true, 3: false })],
    ]);
    expect(merged.map(fileCoverage)).toMatchObject([
      { path: 'a', covered: 2, coverable: 3 },
      { path: 'b', covered: 1, coverable: 1 },
    ]);
  });

  const reports = fc.array(
    fc.array(
      fc.record({ path: fc.constantFrom('a', 'b', 'c'), lines: fc.dictionary(fc.integer({ min: 1, max: 20 }).map(String), fc.boolean()) }),
      { maxLength: 4 },
    ),
    { maxLength: 4 },
  );
  const files = (report: readonly { readonly path: string; readonly lines: Readonly<Record<string, boolean>> }[]) =>
    report.map(({ path, lines }) => file(path, lines));

  it('are the same in any order, and never better than all reports together', () => {
    fc.assert(
      fc.property(reports, (all) => {
        const merge = (order: typeof all) => mergeCoverage(order.map(files)).map(fileCoverage);
        expect(merge(all.toReversed())).toEqual(merge(all));
        const hit = new Set(
          all.flat().flatMap(({ path, lines }) => Object.keys(lines).flatMap((line) => (lines[line] === true ? [`${path}:${line}`] : []))),
        );
        const there = new Set(all.flat().flatMap(({ path, lines }) => Object.keys(lines).map((line) => `${path}:${line}`)));
        expect(wholeCoverage(merge(all))).toEqual({ covered: hit.size, coverable: there.size });
      }),
    );
  });
});
