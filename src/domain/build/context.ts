import { recordOf } from '../units/record.ts';

/** What a build is for, as the platform tells it. */
export interface BuildContext {
  readonly on:
    | { readonly is: 'branch'; readonly name: string }
    | { readonly is: 'tag'; readonly name: string }
    | { readonly is: 'pull-request'; readonly number: number }
    | { readonly is: 'other' };
  /** The code comes from another repository, whose author has no right to this one. */
  readonly fromFork: boolean;
  /** The code is of a pull request, and nobody needs to have agreed to it yet: also where a comment or another run started this one for it. */
  readonly fromPullRequest: boolean;
  readonly defaultBranch: string | undefined;
  /** `owner/name`. */
  readonly repository: string;
  /** Of the repository, for people. */
  readonly page: string;
  /** The commit of the event; empty when it is not known. */
  readonly commit: string;
}

export interface RawContext {
  readonly ref: string;
  readonly sha: string;
  readonly repository: string;
  readonly serverUrl: string;
  /** The event's payload, as it was parsed. */
  readonly event: unknown;
}

/** A payload that does not say where the code of a pull request comes from is taken for one that comes from a fork. */
export function buildContext({ ref, sha, repository, serverUrl, event }: RawContext): BuildContext {
  const payload = recordOf(event) ?? {};
  const request = recordOf(payload['pull_request']);
  const run = recordOf(payload['workflow_run']);
  const foreign = (head: unknown): boolean => textOf(recordOf(head)?.['full_name']).toLowerCase() !== repository.toLowerCase();
  const branch = textOf(recordOf(payload['repository'])?.['default_branch']);
  return {
    on: request === undefined ? byRef(ref) : requestOf(request['number']),
    fromFork:
      (request !== undefined && foreign(recordOf(request['head'])?.['repo'])) || (run !== undefined && foreign(run['head_repository'])),
    fromPullRequest:
      request !== undefined ||
      ref.startsWith('refs/pull/') ||
      recordOf(recordOf(payload['issue'])?.['pull_request']) !== undefined ||
      textOf(run?.['event']).startsWith('pull_request'),
    defaultBranch: branch === '' ? undefined : branch,
    repository,
    page: repository === '' ? '' : `${serverUrl}/${repository}`,
    commit: sha,
  };
}

function byRef(ref: string): BuildContext['on'] {
  const [, kind, name] = /^refs\/(heads|tags|pull)\/(.+)$/s.exec(ref) ?? [];
  if (name === undefined) return { is: 'other' };
  if (kind === 'pull') return requestOf(Number(/^\d+/.exec(name)?.[0]));
  return { is: kind === 'heads' ? 'branch' : 'tag', name };
}

const requestOf = (number: unknown): BuildContext['on'] =>
  typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? { is: 'pull-request', number } : { is: 'other' };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
