import { type CoverageUnit, type CoveredFile, either } from '../../../domain/gates/coverage.ts';

/** A line is one of these two: shared, as there are millions. */
const coveredLine: CoverageUnit = { size: 1, covered: true };
const missedLine: CoverageUnit = { size: 1, covered: false };

export const lineUnit = (covered: boolean): CoverageUnit => (covered ? coveredLine : missedLine);

/** Collects units by file; the same one twice is one, covered when it was covered once. */
export class CoveredFiles {
  private readonly files = new Map<string, Map<number | string, CoverageUnit>>();

  file(path: string): Map<number | string, CoverageUnit> {
    const known = this.files.get(path) ?? new Map<number | string, CoverageUnit>();
    this.files.set(path, known);
    return known;
  }

  static add<Key>(units: Map<Key, CoverageUnit>, key: Key, unit: CoverageUnit): void {
    units.set(key, either(units.get(key), unit));
  }

  all(): readonly CoveredFile[] {
    return [...this.files].map(([path, units]) => ({ path, units }));
  }
}
