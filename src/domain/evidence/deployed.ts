import { recordOf } from '../units/record.ts';
import { isCommit } from './commit.ts';

/** Annotation of the Lease: which commit runs, and which is the newest that ever did. */
export const deployedKey = 'wf-deploy.io/commit';

export interface DeployedRecord {
  /** Of what the last deployment brought. */
  readonly commit: string;
  /** Older commits are not deployed any more. A rollback leaves it as it is. `undefined`: here nobody was held to an order yet. */
  readonly newest: string | undefined;
  /** What that deployment brought: while other images run, `commit` is not theirs. */
  readonly images: readonly string[];
}

/** Anyone who may edit the Lease may have written it. */
export function readDeployed(value: Readonly<Record<string, unknown>> | undefined): DeployedRecord | undefined {
  const { commit, newest, images } = recordOf(value) ?? {};
  if (!isCommit(commit) || !(newest === undefined || isCommit(newest))) return undefined;
  if (!Array.isArray(images) || !images.every((image) => typeof image === 'string')) return undefined;
  return { commit, newest, images };
}

/**
 * The commit of what runs, where the record is of that. One deployment may have looked at fewer containers than another: it is enough that all
 * of the smaller one are in the other.
 */
export function runningCommit(record: DeployedRecord | undefined, running: readonly string[]): string | undefined {
  if (record === undefined || running.length === 0 || record.images.length === 0) return undefined;
  const within = (some: readonly string[], others: readonly string[]): boolean => some.every((image) => others.includes(image));
  return within(running, record.images) || within(record.images, running) ? record.commit : undefined;
}
