import type { CoveredFile } from '../domain/gates/coverage.ts';
import type { TestReport } from '../domain/gates/tests.ts';
import type { Parsed } from '../domain/units/parsed.ts';

/** Files that other programs write about their work. Paths and patterns are relative to the workspace, with `/`. */
export interface TestReports {
  /** What stands at these patterns now. Throws FILE_UNREADABLE for one that leads out of the workspace. */
  standing(patterns: readonly string[]): Promise<Standing>;
  /** Sorts what stands there now into what was written since and what was there before. */
  since(before: Standing): Promise<readonly FoundReports[]>;
  /** One report of tests, read to its end. Refused in words that name no secret when it cannot be judged. */
  tests(path: string): Promise<Parsed<TestReport>>;
  /** One report of coverage, in whichever known format it is. */
  coverage(path: string): Promise<Parsed<readonly CoveredFile[]>>;
}

/** What stood there at a moment. */
export interface Standing {
  /** Of the wall clock, in milliseconds, taken before the files were looked at. */
  readonly at: number;
  readonly patterns: readonly string[];
  /** By path: what changes whenever the file is written. */
  readonly marks: ReadonlyMap<string, string>;
}

export interface FoundReports {
  readonly pattern: string;
  readonly written: readonly string[];
  readonly fromBefore: readonly string[];
}
