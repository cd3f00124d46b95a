import type { Application } from '../traffic/router.ts';

/** All that a guardian knows of the rollout it guards, beside what the Lease says at the moment. Holds no secret. */
export interface Undo {
  readonly router: string;
  readonly app: Application;
  readonly stableDeployment: string;
  /** Name of the Lease. */
  readonly lease: string;
  /** Of the run that made it. */
  readonly epoch: number;
  readonly leaseSeconds: number;
  /** So long may stable take to become Available again with its old image. */
  readonly restoreSeconds: number;
}

export const undoText = (undo: Undo): string => JSON.stringify(undo, undefined, 2);

/** Our own words, from a ConfigMap that only our field manager writes. */
export const readUndo = (text: string): Undo => JSON.parse(text) as Undo;
