import { isNothing, nothingChanged } from '../capacity/record.ts';
import { unfinished } from './begin.ts';
import type { LeaseView } from './lease.ts';
import { openRecords } from './open-records.ts';

/** Whether nobody died before their last steps, of any strategy: what is left of a guardian too is taken away by whoever comes next. */
export const isTidy = (lease: LeaseView | undefined): boolean =>
  lease === undefined ||
  (lease.holder === '' &&
    lease.guardian?.is !== 'acted' &&
    (lease.rollout?.phase ?? 'resting') === 'resting' &&
    openRecords(lease).length === 0);

/**
 * Whether a rollout was not ended, its guardian not dismissed, or stable's autoscaler still held by a promotion that has passed. A living
 * holder is at work on it.
 */
export const isLeft = (lease: LeaseView | undefined): lease is LeaseView => {
  if (lease === undefined) return false;
  const { holder, rollout, guardian, capacity = nothingChanged } = lease;
  const pinned = rollout?.phase === 'promoted' && !isNothing(capacity);
  const open = unfinished(rollout) || pinned || guardian?.is === 'acted' || (holder !== '' && guardian !== undefined);
  return open && !isInHands(lease);
};

/**
 * A pause that its run has handed over to a guardian. As long as that one beats it has a watcher and a deadline: promote, abort or another
 * release end it, and a run that is refused is none of these.
 */
export const isInHands = (lease: LeaseView | undefined): lease is LeaseView =>
  lease?.holder === '' && lease.rollout?.phase === 'paused' && lease.guardian?.is === 'pausing';

/** The guardian's last sign of life. */
export const beatOf = ({ guardian }: LeaseView): string =>
  guardian !== undefined && 'beat' in guardian ? `${guardian.pod} ${guardian.beat}` : '';
