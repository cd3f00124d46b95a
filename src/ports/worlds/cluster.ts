import type { Cluster } from '../cluster.ts';
import type { Discovery } from '../discovery.ts';
import type { Forge } from '../forge.ts';
import type { GuardianKit } from '../guardian-kit.ts';
import type { Metrics } from '../metrics.ts';
import type { Notifier } from '../notifier.ts';
import type { Pods } from '../pods.ts';
import type { Probe } from '../probe.ts';
import type { Registry } from '../registry.ts';
import type { Workspace } from './workspace.ts';

/** Every port that a flow on a cluster may use, passed in as one argument. */
export interface World extends Workspace {
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly pods: Pods;
  readonly metrics: Metrics;
  readonly registry: Registry;
  readonly probe: Probe;
  /** `undefined` without a token. */
  readonly forge: Forge | undefined;
  readonly notifiers: readonly Notifier[];
  readonly guardianKit: GuardianKit;
  /** The namespace of the kubeconfig's context: used where the input is empty. */
  readonly defaultNamespace: string;
}
