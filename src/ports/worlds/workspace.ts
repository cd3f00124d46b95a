import type { Cancellation } from '../cancellation.ts';
import type { Clock } from '../clock.ts';
import type { Digest } from '../digest.ts';
import type { Files } from '../files.ts';
import type { Handover } from '../handover.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { TestReports } from '../test-reports.ts';

/** The ports that need no cluster: all that a gate has, and a part of what a deployment has. */
export interface Workspace {
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly log: Log;
  readonly cancellation: Cancellation;
  readonly handover: Handover;
  readonly process: Process;
  readonly files: Files;
  readonly testReports: TestReports;
  readonly digest: Digest;
}

export interface RunIdentity {
  /** Who holds the lock: unique to this process. */
  readonly holder: string;
  /** Where a person can read about this run, when it has a page. */
  readonly page: string | undefined;
  readonly actor: string | undefined;
  readonly commit: string | undefined;
}
