import type { LabelledPullRequest } from '../domain/strategy/labels.ts';

/** What people say about a change where they review it. Every method throws a `Failure` with a FORGE_* code. */
export interface PullRequests {
  /** Open or closed, by its number. */
  numbered(number: number, signal?: AbortSignal): Promise<LabelledPullRequest>;
  /** The merged ones that brought a commit, which is given by its whole name. */
  ofCommit(commit: string, signal?: AbortSignal): Promise<readonly LabelledPullRequest[]>;
}
