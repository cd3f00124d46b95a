import type { To } from '../../domain/rollback/to.ts';
import type { Router, Sides } from '../../domain/traffic/router.ts';
import type { Seconds } from '../../domain/units/duration.ts';
import type { SmokeCheck } from '../smoke.ts';

/** What a run wants, before it has seen the cluster. Holds no secret: a dry run prints it. */
export type RollbackPlan = BackPlan | UnholdPlan;

interface Shared {
  readonly service: string;
  /** `undefined`: the one of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** `undefined`: called as the namespace is. */
  readonly environment: string | undefined;
  readonly reason: string;
  readonly leaseDuration: Seconds;
  readonly lockTimeout: Seconds;
  readonly dryRun: boolean;
}

export interface BackPlan extends Shared {
  readonly operation: 'rollback';
  readonly to: To;
  /** A held digest may come again: its hold is lifted. */
  readonly force: boolean;
  readonly container: string | undefined;
  readonly stableDeployment: string;
  readonly canaryDeployment: string;
  /** Of a canary that is to be stopped. */
  readonly router: Router;
  readonly route: string;
  readonly hosts: { readonly stable: string | undefined; readonly canary: string | undefined };
  readonly subsets: Sides | undefined;
  readonly smoke: readonly SmokeCheck[];
  readonly port: number | undefined;
  readonly rolloutTimeout: Seconds;
  readonly drain: Seconds;
}

export interface UnholdPlan extends Shared {
  readonly operation: 'unhold';
  /** `undefined`: every one. */
  readonly digest: string | undefined;
}
