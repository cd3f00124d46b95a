import type { Criterion } from '../../domain/analysis/criteria.ts';
import type { MetricSource } from '../../domain/analysis/metric-source.ts';
import type { RoomWish } from '../../domain/blue-green/room.ts';
import type { Switcher } from '../../domain/traffic/switchers/switcher.ts';
import type { Seconds } from '../../domain/units/duration.ts';
import type { ImageRef } from '../../domain/units/image.ts';
import type { Lineage } from '../lineage/fields.ts';

/** What a run wants, before it has seen the cluster. Holds no secret: a dry run prints it. */
export type BlueGreenWish = DeployWish | RollbackWish;

interface Shared {
  readonly service: string;
  /** `undefined`: the one of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** `undefined`: called as the namespace is. */
  readonly environment: string | undefined;
  /** `undefined`: the only one. */
  readonly container: string | undefined;
  readonly switcher: Switcher;
  readonly route: string;
  readonly rolloutTimeout: Seconds;
  /** After users have moved, before pods are taken away. */
  readonly drain: Seconds;
  /** The old colour is scaled to 0 and stays, so that going back is fast; otherwise it is deleted. */
  readonly keepOld: boolean;
  readonly lockTimeout: Seconds;
  readonly leaseDuration: Seconds;
  readonly gitops: 'refuse' | 'accept';
  readonly dryRun: boolean;
  /** Which endings are told of: `failure` is every one but a good one. */
  readonly notifyOn: 'failure' | 'always';
}

/** A new image on the idle colour, and users moved to it. */
export interface DeployWish extends Shared {
  readonly operation: 'deploy';
  readonly image: ImageRef;
  readonly nodeRoom: RoomWish;
  readonly health: HealthWish;
  /** Program and arguments. Empty: none. */
  readonly beforeSwitch: readonly string[];
  readonly beforeSwitchTimeout: Seconds;
  /** 0: not watched. */
  readonly watch: Seconds;
  readonly interval: Seconds;
  readonly failureThreshold: number;
  /** `undefined`: only pods, route and health are watched. */
  readonly measure: MeasureWish | undefined;
  readonly lineage: Lineage;
}

/** The criteria of a canary, held against the new colour while it is watched. */
export interface MeasureWish {
  readonly source: MetricSource;
  readonly criteria: readonly Criterion[];
  readonly minRequests: number;
  readonly noDataTimeout: Seconds;
  /** Prometheus' Service, when it is asked through the API server. */
  readonly metricsService: { readonly namespace: string; readonly name: string } | undefined;
}

export interface HealthWish {
  readonly path: string;
  /** `undefined`: as the Services or the pod template say. */
  readonly port: number | undefined;
  /** So many answers of 200 in a row. 0: nothing is asked. */
  readonly checks: number;
  readonly every: Seconds;
}

/** Users back to the other colour, as it is. */
export interface RollbackWish extends Shared {
  readonly operation: 'rollback';
  /** What users are to have, where it was named: the image of the other colour, and no other. */
  readonly image: ImageRef | undefined;
  readonly reason: string;
}
