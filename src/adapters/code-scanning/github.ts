import { gzipSync } from 'node:zlib';
import { isCommit } from '../../domain/evidence/commit.ts';
import { Failure } from '../../failure.ts';
import type { CodeScanning } from '../../ports/code-scanning.ts';
import { asker, type ForgeAccess } from '../forge/ask.ts';

/** Bytes, once it is compressed. https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning */
const mostBytes = 10 * 1024 * 1024;

export interface Upload {
  /** `undefined` without a token. */
  readonly access: ForgeAccess | undefined;
  readonly commit: string | undefined;
  /** Full, such as `refs/heads/main`. */
  readonly ref: string | undefined;
  readonly fromFork: boolean;
}

/** GitHub's code scanning. https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data */
export function githubCodeScanning({ access, commit, ref, fromFork }: Upload): CodeScanning {
  const closed = fromFork
    ? 'a pull request from a fork has a token that may not write'
    : access === undefined
      ? 'no `github-token` is given'
      : !isCommit(commit) || ref === undefined || !ref.startsWith('refs/')
        ? 'it is not known which commit and branch were scanned'
        : undefined;
  return {
    closed,
    async upload(sarif, signal) {
      if (access === undefined || closed !== undefined)
        throw new Failure('INTERNAL', `Nothing can be uploaded: ${closed}.`, 'Report this with the log.');
      const packed = gzipSync(JSON.stringify(sarif));
      if (packed.length > mostBytes)
        throw new Failure(
          'FORGE_REFUSED',
          `The results are ${packed.length} bytes compressed, and code scanning takes ${mostBytes}.`,
          'Scan less at once, by `working-directory`.',
        );
      const body = { commit_sha: commit, ref, sarif: packed.toString('base64') };
      await asker(access)({ method: 'POST', path: '/code-scanning/sarifs', permission: 'security-events: write', body }, signal);
    },
  };
}
