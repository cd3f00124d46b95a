import type { Place } from './place.ts';
import type { Severity } from './severity.ts';

/** One thing that a tool found. Its texts are bounded, on one line, and without control characters: the reader saw to that. */
export interface Finding {
  /** The tool's own name for the rule: `F401`, `CVE-2024-1234`. Empty when it gave none. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place: Place;
  /** For a finding about a dependency and not about a line. */
  readonly dependency?: Dependency;
  /** An `https:` address that explains the rule. */
  readonly help?: string;
  /** The tool says that the source itself excuses it, such as SARIF's accepted suppressions. */
  readonly excused?: true;
  /** Digest of the text of its line, white space aside. Missing where there is no line to read. */
  readonly context?: string;
}

export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** The versions that mend it; `none` when there is none yet, `unknown` when the tool does not say. */
  readonly fix: { readonly in: string } | 'none' | 'unknown';
}

/** What a tool said, once its report was read. */
export type ToolReport =
  | {
      readonly state: 'read';
      readonly tool: string;
      readonly findings: readonly Finding[];
      /** What the reader wants said about the report, such as results it does not count. */
      readonly notes: readonly string[];
    }
  /** Never a pass. What could be read before the end is still shown. */
  | {
      readonly state: 'unusable';
      readonly tool: string;
      readonly findings: readonly Finding[];
      readonly why: string;
      readonly remedy: string;
    };
