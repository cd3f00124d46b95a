import type { Cancellation } from './cancellation.ts';
import type { Clock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { GuardianKit } from './guardian-kit.ts';
import type { Handover } from './handover.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Notifier } from './notifier.ts';
import type { Pods } from './pods.ts';
import type { Probe } from './probe.ts';
import type { Process } from './process.ts';
import type { Registry } from './registry.ts';

/** Every port a flow may use, passed in as one argument. */
export interface World {
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly log: Log;
  readonly cancellation: Cancellation;
  readonly handover: Handover;
  readonly cluster: Cluster;
  readonly pods: Pods;
  readonly metrics: Metrics;
  readonly registry: Registry;
  readonly probe: Probe;
  readonly process: Process;
  readonly notifiers: readonly Notifier[];
  readonly guardianKit: GuardianKit;
  /** The namespace of the kubeconfig's context: used where the input is empty. */
  readonly defaultNamespace: string;
}

export interface RunIdentity {
  /** Who holds the lock: unique to this process. */
  readonly holder: string;
  /** Where a person can read about this run, when it has a page. */
  readonly page: string | undefined;
  readonly actor: string | undefined;
  readonly commit: string | undefined;
}
