import type { RollbackRecord } from '../../domain/rollback/record.ts';
import type { Holds } from '../../domain/rollout/hold.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import type { Writing } from '../writing.ts';
import type { Looked } from './look.ts';
import type { BackPlan } from './plan.ts';

/** What a rollback knows while it goes on. */
export interface Session {
  readonly world: World;
  readonly plan: BackPlan;
  readonly namespace: string;
  readonly lock: Lock;
  /** As it was before anything was written. */
  readonly looked: Looked;
  readonly writes: Writing[];
  readonly warnings: string[];
  readonly smoke: string[];
  /** All of the service, as this run last wrote them. */
  holds: Holds;
  /** Digests that this run holds. */
  readonly held: string[];
  /** What this run has written into the Lease about itself. */
  record: RollbackRecord | undefined;
  /** Somebody was told of the ending already. */
  told: boolean;
}

export function warn({ world, warnings }: Pick<Session, 'world' | 'warnings'>, what: string): void {
  if (warnings.includes(what)) return;
  warnings.push(what);
  world.log.line(`  warning: ${what}`);
}
