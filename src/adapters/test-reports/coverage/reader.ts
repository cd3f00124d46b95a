import type { CoveredFile } from '../../../domain/gates/coverage.ts';
import type { SourceFiles } from '../source-files.ts';
import type { Bytes } from '../text-stream.ts';

export interface CoverageReader {
  /** As people call it. */
  readonly name: string;
  /** Whether a report that begins so is one of these. No two readers recognise the same. */
  recognises(beginning: string): boolean;
  /** Reads to the end or throws UnreadableReport. */
  read(bytes: Bytes, sources: SourceFiles): Promise<readonly CoveredFile[]>;
}
