import type { ToolReport } from '../domain/gates/finding.ts';

/** What tools have written, and what a gate leaves behind. */
export interface Findings {
  /** A file for the output of one tool, in a folder of this run that nobody else reads. */
  capture(name: string): string;
  /** What a captured stream holds, as UTF-8. Throws FILE_UNREADABLE. */
  text(captured: string): Promise<string>;
  /** Of a report at a path of the workspace: what changes whenever it is written. `undefined`: there is nothing to look at. */
  mark(path: string): Promise<string | undefined>;
  /** Reads a report. Whatever is wrong with it comes out as an unusable one; nothing of it is ever a pass. */
  read(source: ReportSource): Promise<readonly ToolReport[]>;
  /** The same reports, each finding with a digest of the text of its line, where that can be read. */
  withContexts(reports: readonly ToolReport[]): Promise<readonly ToolReport[]>;
  /** Writes a file for later steps, as JSON, and answers with its path. */
  keep(name: string, content: Readonly<Record<string, unknown>>): Promise<string>;
}

export interface ReportSource {
  /** Of a registered reader. */
  readonly format: string;
  /** Whose report it is; empty where the report says so itself. */
  readonly tool: string;
  /** From `capture`, or a path relative to the workspace. */
  readonly path: string;
  readonly isCaptured: boolean;
  /** Where the tool ran, relative to the workspace; empty at its root. */
  readonly directory: string;
}
