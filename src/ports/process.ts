/** Other programs, started from an argument list and never through a shell. */
export interface Process {
  /** Runs to the end; its output goes to the log as it comes, `tail` is the end of it. Killed when the signal aborts or the time is up. */
  run(argv: readonly string[], options: RunOptions): Promise<RunResult>;
}

export interface RunOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Where it starts, relative to the folder this process works in, which is the workspace on a runner. */
  readonly directory?: string;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
  /** Files that take a stream in the place of log and tail. They must not be there yet. */
  readonly into?: { readonly stdout?: string; readonly stderr?: string };
}

export interface RunResult {
  /** `undefined` when it was killed by us, because its time was up or the run was cancelled. */
  readonly exitCode: number | undefined;
  readonly tail: string;
}
