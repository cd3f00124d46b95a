import type { Undo } from '../domain/guardian/undo.ts';
import { keepsChanging, mostConflicts } from '../domain/kubernetes/conflicts.ts';
import { Lease } from '../domain/kubernetes/kinds.ts';
import { nameOf, type ObjectRef } from '../domain/kubernetes/object.ts';
import { readLease } from '../domain/rollout/lease.ts';
import { type LeaseChange, microTime, renewal } from '../domain/rollout/lease-writes.ts';
import type { SplitLens } from '../domain/rollout/ordered.ts';
import { Failure } from '../failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Held } from './state.ts';

/** Everything that the guardian's deeds go through. */
export interface Hands {
  readonly cluster: Pick<Cluster, 'get' | 'write'>;
  readonly clock: Clock;
  readonly lens: SplitLens;
  readonly undo: Undo;
  readonly pod: string;
  /** As which it holds the Lease. */
  readonly me: string;
  readonly notifiers: readonly Notifier[];
  readonly log: (line: string) => void;
}

export const leaseRef = ({ undo }: Hands): ObjectRef => ({ kind: Lease, namespace: undo.app.namespace, name: undo.lease });

/**
 * Renews the Lease: what follows may take longer than it lasts. A conflict alone does not tell that someone else has it: others write beside
 * it, and it is read again. Throws the conflict where it is another's.
 */
export async function hold(hands: Hands, { epoch, leaseGone }: Held, change: LeaseChange): Promise<void> {
  if (leaseGone) return;
  const ref = leaseRef(hands);
  for (let attempt = 1; ; attempt += 1) {
    const operations = renewal({ holder: hands.me, epoch }, change, microTime(hands.clock.now()));
    try {
      await hands.cluster.write({ do: 'patch', ref, operations });
      return;
    } catch (error) {
      if (error instanceof Failure && error.code === 'CLUSTER_NOT_FOUND') return hands.log('The Lease was deleted.');
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      const found = await hands.cluster.get(ref);
      const lease = found === undefined ? undefined : readLease(found);
      if (lease !== undefined && (lease.holder !== hands.me || lease.epoch !== epoch)) throw error;
      if (attempt >= mostConflicts) throw keepsChanging(nameOf(ref), 'DRIFT');
    }
  }
}
