/** What a person reads while a run goes on. */
export interface Log {
  line(text: string): void;
  /** Shown only where the platform's debug output is on. */
  debug(text: string): void;
  /** One annotation on the run's page. The caller sees to it that there is at most one per cause. */
  annotate(level: 'notice' | 'warning' | 'error', title: string, text: string, at?: AnnotatedLines): void;
}

/** Lines of a file that an annotation is shown at. */
export interface AnnotatedLines {
  /** Relative to the workspace. */
  readonly file: string;
  readonly line?: number | undefined;
  readonly endLine?: number | undefined;
}
