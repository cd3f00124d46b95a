import type { RecordedPhase } from '../../domain/rollout/effect.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import type { Session } from './session.ts';

/** What a record says of who knows. With `preparing` a rollout of its own begins, of which nobody knows anything yet. */
export function toldAt(session: Session, phase: RecordedPhase): Pick<LeaseChange, 'told'> {
  if (phase === 'preparing') session.told = [];
  return phase === 'preparing' || session.told.length > 0 ? { told: session.told } : {};
}
