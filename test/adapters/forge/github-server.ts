import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, bodyOf, type Loopback, loopback } from '../loopback.ts';

/** A repository as GitHub keeps it. */
export interface Repository {
  /** By commit: its parents, its tree, and how it came. */
  readonly commits: Map<string, Commit>;
  readonly deployments: Deployment[];
}

export interface Commit {
  readonly parents: readonly string[];
  readonly tree: string;
  readonly message?: string;
  readonly author?: string;
  readonly pulls?: readonly Pull[];
}

export interface Pull {
  readonly number: number;
  readonly title: string;
  readonly user: string;
  readonly merged: boolean;
  readonly labels?: readonly string[];
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: unknown;
  readonly created_at: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Newest first, as GitHub lists them. */
  readonly statuses: { state: string; [field: string]: unknown }[];
}

export interface GithubServer {
  readonly server: Loopback;
  readonly repository: Repository;
  /** What the token may not do, such as `deployments: write`. */
  readonly denied: Set<string>;
  /** Answers before anything else does, and says so. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export const githubToken = 'ghs_onlyForThisTest0123456789';
export const githubRepository = 'example/agent';

/** A commit's whole name, from a number. */
export const sha = (number: number): string => `c${number.toString(16).padStart(39, '0')}`;
export const treeSha = (number: number): string => `e${number.toString(16).padStart(39, '0')}`;

/** A history in one line, oldest first. */
export const line = (count: number): [string, Commit][] =>
  Array.from({ length: count }, (_, index) => [
    sha(index + 1),
    { parents: index === 0 ? [] : [sha(index)], tree: treeSha(index + 1), message: `Change ${index + 1}\n\nWhy`, author: 'octocat' },
  ]);

/**
 * A server that speaks the documented paths of GitHub's REST API (version 2022-11-28) which wf-deploy asks: commits, comparisons, pull requests of a
 * commit, deployments and their statuses. It holds requests to the documented fields, and answers with those that are read.
 */
export async function githubServer(commits: Iterable<[string, Commit]> = []): Promise<GithubServer> {
  const repository: Repository = { commits: new Map(commits), deployments: [] };
  const denied = new Set<string>();
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    if (github.before(request, response)) return;
    void respond(repository, denied, request, response);
  };
  const github: GithubServer = { server: await loopback(handler), repository, denied, before: () => false };
  return github;
}

const messages = {
  401: 'Bad credentials',
  403: 'Resource not accessible by integration',
  404: 'Not Found',
  422: 'Validation Failed',
} as const;

async function respond(repository: Repository, denied: Set<string>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: keyof typeof messages): void => answer(response, status, { message: messages[status], status: String(status) });
  const url = new URL(request.url ?? '', 'http://localhost');
  if (request.headers.authorization !== `Bearer ${githubToken}`) return refuse(401);
  if (request.headers['user-agent'] === undefined) return refuse(403);
  const path = url.pathname.replace(`/repos/${githubRepository}`, '');
  if (path === url.pathname) return refuse(404);
  const writes = request.method === 'POST';
  const needs = path.startsWith('/deployments')
    ? `deployments: ${writes ? 'write' : 'read'}`
    : /^\/pulls\/|\/pulls$/.test(path)
      ? 'pull-requests: read'
      : 'contents: read';
  if (denied.has(needs)) return refuse(403);
  const body = writes ? (JSON.parse(await bodyOf(request)) as Record<string, unknown>) : {};
  const found = route(repository, path, url.searchParams, body, writes);
  return found === undefined ? refuse(404) : typeof found === 'number' ? refuse(found) : answer(response, writes ? 201 : 200, found.body);
}

type Found = { readonly body: unknown } | 404 | 422 | undefined;

function route(repository: Repository, path: string, query: URLSearchParams, body: Record<string, unknown>, writes: boolean): Found {
  const { commits, deployments } = repository;
  const paged = <T>(all: readonly T[]): readonly T[] => {
    const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
    return size > 100 ? [] : all.slice((page - 1) * size, page * size);
  };
  const [, commit] = /^\/git\/commits\/(\w+)$/.exec(path) ?? [];
  if (commit !== undefined) {
    const known = commits.get(commit);
    return known === undefined ? 404 : { body: { sha: commit, tree: { sha: known.tree }, message: known.message ?? '' } };
  }
  const [, base, head] = /^\/compare\/(\w+)\.\.\.(\w+)$/.exec(path) ?? [];
  if (base !== undefined && head !== undefined) return comparison(commits, base, head, paged);
  const [, pulled] = /^\/commits\/(\w+)\/pulls$/.exec(path) ?? [];
  if (pulled !== undefined) {
    const pulls = commits.get(pulled)?.pulls ?? [];
    return { body: paged(pulls.map(shownPull)) };
  }
  const [, number] = /^\/pulls\/(\d+)$/.exec(path) ?? [];
  if (number !== undefined) {
    const pull = [...commits.values()].flatMap(({ pulls = [] }) => pulls).find((each) => each.number === Number(number));
    return pull === undefined ? 404 : { body: shownPull(pull) };
  }
  const [, id] = /^\/deployments\/(\d+)\/statuses$/.exec(path) ?? [];
  if (id !== undefined) {
    const deployment = deployments.find((each) => each.id === Number(id));
    if (deployment === undefined) return 404;
    if (!writes) return { body: paged(deployment.statuses) };
    if (!['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'].includes(String(body['state']))) return 422;
    if (String(body['description'] ?? '').length > 140) return 422;
    deployment.statuses.unshift({ state: String(body['state']), ...body });
    return { body: { id: 1, state: body['state'] } };
  }
  if (path !== '/deployments') return undefined;
  if (!writes) {
    const asked = deployments.filter((each) =>
      ['task', 'environment'].every((name) => (query.get(name) ?? Reflect.get(each, name)) === Reflect.get(each, name)),
    );
    return { body: paged(asked.toReversed().map(({ statuses: _, body: __, ...shown }) => shown)) };
  }
  if (!commits.has(String(body['ref']))) return 422;
  const deployment: Deployment = {
    id: deployments.length + 1,
    sha: String(body['ref']),
    task: String(body['task'] ?? 'deploy'),
    environment: String(body['environment'] ?? 'production'),
    payload: body['payload'] ?? {},
    created_at: '2026-03-01T10:00:00Z',
    body,
    statuses: [],
  };
  deployments.push(deployment);
  return { body: { id: deployment.id, sha: deployment.sha } };
}

const shownPull = ({ number, title, user, merged, labels = [] }: Pull) => ({
  number,
  title,
  user: { login: user },
  merged_at: merged ? '2026-03-01T10:00:00Z' : null,
  labels: labels.map((name, index) => ({ id: index + 1, name, color: 'ededed', default: false, description: null })),
});

/** Three dots: what `head` has since both were one. */
function comparison(commits: Repository['commits'], base: string, head: string, paged: <T>(all: readonly T[]) => readonly T[]): Found {
  if (!commits.has(base) || !commits.has(head)) return 404;
  const [ofBase, ofHead] = [ancestors(commits, base), ancestors(commits, head)];
  const ahead = [...ofHead].filter((each) => !ofBase.has(each)).toReversed();
  const behind = [...ofBase].filter((each) => !ofHead.has(each));
  const status = ahead.length === 0 ? (behind.length === 0 ? 'identical' : 'behind') : behind.length === 0 ? 'ahead' : 'diverged';
  const shown = ahead.map((each) => {
    const { message = '', author } = commits.get(each) as Commit;
    return {
      sha: each,
      commit: { message, author: { name: `${author ?? 'Somebody'} Surname` } },
      author: author === undefined ? null : { login: author },
    };
  });
  return {
    body: { status, ahead_by: ahead.length, behind_by: behind.length, total_commits: ahead.length, commits: paged(shown), files: [] },
  };
}

/** Newest first, itself included. */
function ancestors(commits: Repository['commits'], from: string): Set<string> {
  const found = new Set<string>();
  const left = [from];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    if (found.has(next)) continue;
    found.add(next);
    left.push(...(commits.get(next)?.parents ?? []));
  }
  return found;
}

/** For `before`: this request is answered. */
export function answered(response: ServerResponse, status: number, body: unknown): true {
  answer(response, status, body);
  return true;
}
