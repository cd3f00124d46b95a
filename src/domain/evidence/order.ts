import { count } from '../units/count.ts';
import { shortCommit } from './commit.ts';
import type { Comparison } from './comparison.ts';

/** What a run says about its own place in the history. */
export interface OrderWish {
  readonly commit: string;
  /** Why an order that is not given is accepted. Empty: it is not. */
  readonly reason: string;
  /** A commit that the forge does not know is accepted, for that reason. */
  readonly allowUnordered: boolean;
}

export type Order =
  /** It may go on. `note`: what a person should know about it. */
  | { readonly is: 'in-order'; readonly note?: string }
  /** What is deployed is newer: nothing is to be done. */
  | { readonly is: 'superseded'; readonly text: string }
  | { readonly is: 'refused'; readonly what: string; readonly remedy: string };

/**
 * Newest wins, by ancestry and never by time. @param newest the newest commit that was ever deployed here; `undefined` before the first.
 * @param comparison how the run's commit stands to it.
 */
export function orderOf({ commit, reason, allowUnordered }: OrderWish, newest: string | undefined, comparison: Comparison): Order {
  if (newest === undefined || newest === commit) return { is: 'in-order' };
  const [ours, theirs] = [shortCommit(commit), shortCommit(newest)];
  switch (comparison.is) {
    case 'identical':
    case 'ahead':
      return { is: 'in-order' };
    case 'behind':
      return {
        is: 'superseded',
        text: `Commit ${ours} is ${count(comparison.by, 'commit')} older than ${theirs}, which was deployed here already.`,
      };
    case 'diverged': {
      const what = `The histories of ${ours} and of ${theirs}, which was deployed here, have diverged: ${comparison.behind} of its commits would be lost.`;
      if (reason !== '') return { is: 'in-order', note: `${what} Accepted: ${reason}` };
      return { is: 'refused', what, remedy: 'Bring the histories together, or give a `reason` why this one is deployed.' };
    }
    case 'unknown': {
      const what = `Not checked: whether ${ours} is newer than ${theirs}, which was deployed here. GitHub does not know both, or the token may not see them.`;
      if (allowUnordered && reason !== '') return { is: 'in-order', note: `${what} Accepted: ${reason}` };
      return {
        is: 'refused',
        what,
        remedy:
          'Push the commit, and give the token `contents: read`. Where one of them is gone, by a force-push or from another repository, set `allow-unordered: true` and a `reason`.',
      };
    }
  }
}
