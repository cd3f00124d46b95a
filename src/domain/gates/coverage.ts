/**
 * What can be covered: a line (its number), or, as Go counts, a block of statements (its range). Reports of the same unit are merged
 * by "covered in any of them", as each tool does with its own reports.
 */
export interface CoverageUnit {
  /** 1 for a line; the number of statements of a block. */
  readonly size: number;
  readonly covered: boolean;
}

export interface CoveredFile {
  readonly path: string;
  readonly units: ReadonlyMap<number | string, CoverageUnit>;
}

/** Whole numbers, never a rate: rates cannot be added, and a rounded one can reach a limit that the truth does not. */
export interface Coverage {
  readonly covered: number;
  readonly coverable: number;
}

export interface FileCoverage extends Coverage {
  readonly path: string;
  /** Line numbers, first and last of each run, in order. Empty for a file counted in blocks. */
  readonly uncovered: readonly (readonly [number, number])[];
}

/** Files by path, each unit once. */
export function mergeCoverage(reports: readonly (readonly CoveredFile[])[]): readonly CoveredFile[] {
  const files = new Map<string, Map<number | string, CoverageUnit>>();
  for (const { path, units } of reports.flat()) {
    const known = files.get(path) ?? new Map<number | string, CoverageUnit>();
    for (const [key, unit] of units) known.set(key, either(known.get(key), unit));
    files.set(path, known);
  }
  return [...files].map(([path, units]) => ({ path, units })).sort((one, other) => (one.path < other.path ? -1 : 1));
}

export const either = (one: CoverageUnit | undefined, other: CoverageUnit): CoverageUnit =>
  one?.covered === true && one.size >= other.size
    ? one
    : { size: Math.max(one?.size ?? 0, other.size), covered: (one?.covered ?? false) || other.covered };

export function fileCoverage({ path, units }: CoveredFile): FileCoverage {
  let covered = 0;
  let coverable = 0;
  const missed: number[] = [];
  for (const [key, unit] of units) {
    coverable += unit.size;
    if (unit.covered) covered += unit.size;
    else if (typeof key === 'number') missed.push(key);
  }
  return { path, covered, coverable, uncovered: runs(missed.sort((one, other) => one - other)) };
}

export const wholeCoverage = (files: readonly Coverage[]): Coverage =>
  files.reduce((sum, { covered, coverable }) => ({ covered: sum.covered + covered, coverable: sum.coverable + coverable }), {
    covered: 0,
    coverable: 0,
  });

function runs(lines: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last !== undefined && last[1] + 1 === line) last[1] = line;
    else found.push([line, line]);
  }
  return found;
}
