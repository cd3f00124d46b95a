import { Lease } from '../../domain/kubernetes/kinds.ts';
import type { RecordedPhase } from '../../domain/rollout/effect.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { Failure } from '../../failure.ts';
import type { Session } from './session.ts';

/** What a record says of who knows. With `preparing` a rollout of its own begins, of which nobody knows anything yet. */
export function toldAt(session: Session, phase: RecordedPhase): Pick<LeaseChange, 'told'> {
  if (phase === 'preparing') session.told = [];
  return phase === 'preparing' || session.told.length > 0 ? { told: session.told } : {};
}

/** Whoever took the Lease ends the rollout, and tells. Where that cannot be seen, this run is the last that knows of it. */
export async function aSuccessorTells({ world, plan, ground, lock }: Session): Promise<boolean> {
  try {
    const object = await world.cluster.get({ kind: Lease, namespace: ground.app.namespace, name: leaseName(plan.service) });
    if (object === undefined || readLease(object).epoch <= lock.epoch) return false;
    world.log.line('  Whoever took the Lease tells of the ending.');
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}
