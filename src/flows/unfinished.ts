import { isSwitchOpen } from '../domain/blue-green/record.ts';
import { isOpen } from '../domain/rolling/record.ts';
import type { LeaseView } from '../domain/rollout/lease.ts';
import { unreadSwitch } from '../domain/rollout/open-records.ts';
import type { Problem } from '../domain/rollout/problem.ts';

/**
 * What another strategy left half done in a service: what one of them would write is not what serves. `us`: the holder that this run is.
 * While somebody else holds the Lease, its record is that of a run that goes on, and the lock waits for it.
 */
interface Left {
  readonly service: string;
  readonly lease: LeaseView | undefined;
  readonly us: string;
}

const isDead = ({ lease, us }: Left): boolean => lease !== undefined && ['', us].includes(lease.holder);

/** Traffic may be on the canary, and stable half changed. */
export function unfinishedCanary(left: Left): readonly Problem[] {
  const record = left.lease?.rollout;
  if (record === undefined || record.phase === 'resting' || !isDead(left)) return [];
  return [
    {
      what: `A canary of ${left.service} ended in the phase \`${record.phase}\` and was not taken back (${record.run}).`,
      remedy: 'Run actions/canary again, for this or another image: it deals with what was left before it begins.',
    },
  ];
}

/** Templates may be half changed, and what they were before is in the journal of that run. */
export const unfinishedRolling = (left: Left): readonly Problem[] =>
  isOpen(left.lease?.rolling) && isDead(left) ? [halfRolled(left.service, left.lease.rolling.run)] : [];

const halfRolled = (service: string, run: string): Problem => ({
  what: `A rolling update of ${service} was left half done by the run ${run}.`,
  remedy: 'Run `actions/stage` again: with the same wish it goes on, with any other it goes back first. Then start this again.',
});

/** Either colour may have the users. */
export const unfinishedSwitch = (left: Left): readonly Problem[] =>
  isSwitchOpen(left.lease?.blueGreen) && isDead(left) ? [halfSwitched(left.service, left.lease.blueGreen)] : [];

/** Not known is never none: users may be on a colour that nobody watches. A way back is not stopped by it. */
export const unreadableSwitch = (left: Left): readonly Problem[] =>
  left.lease?.unreadableSwitch === true && isDead(left) ? [unreadSwitch] : [];

export const halfSwitched = (service: string, { phase, run }: { readonly phase: string; readonly run: string }): Problem => ({
  what: `A switch of ${service} between its colours is in the phase \`${phase}\` (${run}).`,
  remedy: 'Run `operation: rollback` of actions/blue-green, which takes back what a deployment left, and finishes a rollback.',
});
