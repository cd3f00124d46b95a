/** What lies between two commits. Titles and names are foreign text, bounded in number and length. */
export interface ChangeList {
  /** All of them, also those that are not looked at. */
  readonly commits: number;
  /** Merged ones, by their number. */
  readonly pullRequests: readonly PullRequest[];
  /** Commits that came by no pull request. */
  readonly direct: readonly DirectCommit[];
  /** Commits that were not looked at, because there are too many. */
  readonly more: number;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  /** Empty: not known. */
  readonly author: string;
}

export interface DirectCommit {
  readonly commit: string;
  readonly title: string;
  readonly author: string;
}
