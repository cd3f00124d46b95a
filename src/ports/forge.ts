import type { ChangeList } from '../domain/evidence/change-list.ts';
import type { Comparison } from '../domain/evidence/comparison.ts';
import type { DeploymentQuery, FoundDeployments, NewDeployment } from '../domain/evidence/deployment.ts';

/**
 * Where the code and the record of its deployments are kept. Commits are given by their whole name. Every method throws a `Failure` with a
 * FORGE_* code, after its own deadline at the latest; with `signal`, its reason.
 */
export interface Forge {
  /** Id of the whole tree of a commit. `undefined`: the commit is not known, or may not be seen. */
  tree(commit: string, signal?: AbortSignal): Promise<string | undefined>;
  /** How `head` stands to `base`. */
  compare(base: string, head: string, signal?: AbortSignal): Promise<Comparison>;
  /** What `head` has that `base` has not. */
  changes(base: string, head: string, signal?: AbortSignal): Promise<ChangeList>;
  /** Deployments on record that answer the query; the latest few of them. */
  deployments(query: DeploymentQuery, signal?: AbortSignal): Promise<FoundDeployments>;
  /** Puts one on record. */
  record(deployment: NewDeployment, signal?: AbortSignal): Promise<void>;
}
