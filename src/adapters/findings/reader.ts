import type { Finding } from '../../domain/gates/finding.ts';
import { Unreadable } from './unreadable.ts';
import type { Bytes } from './utf8.ts';

/** One format. What it cannot read in full it refuses by throwing `Unreadable`: there is no half-read report. */
export interface ReportReader {
  /**
   * Whether a whole report can be told from one that was cut off. Where it cannot, the report is an answer only from the hands of a tool
   * that this run itself has started, together with its exit code.
   */
  readonly standsAlone: boolean;
  read(bytes: Bytes, context: ReadContext): Promise<readonly ReadReport[]>;
}

export interface ReadContext {
  /** The repository as tools may write it: its absolute paths, without an ending `/`. */
  readonly roots: readonly string[];
  /** Where the tool ran, relative to the repository; empty at its root. Relative paths of a report begin there. */
  readonly directory: string;
}

export interface ReadReport {
  /** Empty: the format does not say. */
  readonly tool: string;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** Why this part of the report counts for nothing, although it could be read: the tool itself failed. */
  readonly failed?: { readonly why: string; readonly remedy: string };
}

const mostFindings = 50_000;

/** Findings as they come, no more than can be judged. */
export class Collected {
  readonly findings: Finding[] = [];

  add(finding: Finding): void {
    if (this.findings.length >= mostFindings)
      throw new Unreadable(`has more than ${mostFindings} findings`, 'Mend or exclude what is found most often, then run it again.');
    this.findings.push(finding);
  }
}
