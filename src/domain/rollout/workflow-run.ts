import { isGuardian } from '../guardian/name.ts';
import type { LeaseView } from './lease.ts';

/** The workflow run that a page, or the holder of a Lease, is of. Its attempts count as the same. `undefined`: of none. */
export const workflowRunOf = (text: string): string | undefined => /^(.+\/actions\/runs\/\d+)(?:\/attempts\/\d+)?(?:#.*)?$/.exec(text)?.[1];

/** Who the rollout in a Lease belongs to: whoever holds it, and where nobody or a guardian does, the run that left what is recorded. */
export const ownerOf = ({ holder, rollout }: Pick<LeaseView, 'holder' | 'rollout'>): string =>
  holder === '' || isGuardian(holder) ? (rollout?.run ?? holder) : holder;

export const isOfWorkflowRun = (lease: Pick<LeaseView, 'holder' | 'rollout'>, run: string): boolean =>
  workflowRunOf(ownerOf(lease)) === run;
