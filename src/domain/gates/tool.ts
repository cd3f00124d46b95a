import type { Grade } from './severity.ts';

/** A tool that a gate can start, and what its answers mean. */
export interface GateTool {
  /** Of a reader of reports. */
  readonly format: string;
  /** The program and its arguments. Never a shell string. */
  readonly command: (paths: readonly string[]) => readonly string[];
  /** Where it writes what is read. */
  readonly writes: 'stdout' | 'stderr';
  readonly exits: ExitCodes;
  /** Lists what the tool would look at, one a line, for tools whose clean answer does not tell that they looked at nothing. */
  readonly lists?: (paths: readonly string[]) => readonly string[];
  /** From which severity on its findings block. */
  readonly threshold: Grade;
  /** A project's own folder of programs, which goes before PATH. */
  readonly folder?: string;
  readonly install: string;
}

export interface ExitCodes {
  readonly clean: readonly number[];
  /** It has something to say; every other code means that it did not do its work. */
  readonly findings: readonly number[];
  /** Whether a code of `findings` must show in the report as something that blocks. */
  readonly decide: boolean;
}
