import type { Arm } from './arm.ts';

/** Where requests, errors and latencies of an arm are read. Everything is a raw counter: what changed is counted by us. */
export type MetricSource = LabelledSource | QueriedSource;

export type LatencyUnit = 's' | 'ms';

/** One counter whose label says how a request ended: totals and errors come from one query. */
export interface LabelledSource {
  readonly kind: 'labelled';
  /** The counter of requests. */
  readonly counter: string;
  readonly statusLabel: string;
  /** Patterns that the whole label value has to match. A value that neither knows is no data, not a success. */
  readonly errors: string;
  readonly successes: string;
  readonly buckets: string;
  readonly unit: LatencyUnit;
  readonly podLabel: string;
  /**
   * How an arm is chosen when the user gives no selector: label matchers without braces. Missing: by the names of the pods that run,
   * which a proxy's metrics do not have.
   */
  readonly armSelector?: (arm: Arm, names: ArmNames) => string;
  /** Whose pods the label names: the arm's own, or those of a proxy that counts for both arms. The arm's own when it is left out. */
  readonly countedBy?: 'arm' | 'proxy';
}

/** The names by which the metrics of a proxy tell the arms apart. */
export interface ArmNames {
  readonly namespace: string;
  readonly deployments: Readonly<Record<Arm, string>>;
  /** The object that carries the split. */
  readonly route: string;
  readonly canaryService: string;
}

/** Counters that the user's own expressions select, with `$selector` in the place of an arm's label matchers. */
export interface QueriedSource {
  readonly kind: 'queries';
  readonly requests: string;
  readonly errors: string;
  readonly buckets?: string;
  readonly unit: LatencyUnit;
  readonly podLabel: string;
}
