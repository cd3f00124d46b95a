import type { ChangeList, DirectCommit, PullRequest } from '../../domain/evidence/change-list.ts';
import { isCommit } from '../../domain/evidence/commit.ts';
import { recordOf } from '../../domain/units/record.ts';
import { foreignText } from '../foreign-text.ts';
import { type asker, type Question, undocumented } from './ask.ts';

const pageSize = 100;
/** Each commit is a question, of which a job's token has a thousand an hour. */
const mostCommits = 40;
const atOnce = 5;
const longestTitle = 120;

/** Pull requests by the commits that they brought, newest commits first. https://docs.github.com/rest/commits/commits */
export async function changesBetween(ask: ReturnType<typeof asker>, base: string, head: string, signal?: AbortSignal): Promise<ChangeList> {
  const { commits, total } = await newestCommits(ask, base, head, signal);
  const pullRequests = new Map<number, PullRequest>();
  const direct: DirectCommit[] = [];
  for (let from = 0; from < commits.length; from += atOnce) {
    const some = commits.slice(from, from + atOnce);
    const found = await Promise.all(some.map(({ commit }) => pullRequestsOf(ask, commit, signal)));
    for (const [index, commit] of some.entries()) {
      const requests = found[index] ?? [];
      for (const request of requests) pullRequests.set(request.number, request);
      if (requests.length === 0) direct.push(commit);
    }
  }
  return {
    commits: total,
    pullRequests: [...pullRequests.values()].toSorted((one, other) => one.number - other.number),
    direct,
    more: Math.max(0, total - commits.length),
  };
}

interface Commits {
  readonly commits: readonly DirectCommit[];
  readonly total: number;
}

/** GitHub lists the oldest first. The first page has the files of the whole comparison too. */
async function newestCommits(ask: ReturnType<typeof asker>, base: string, head: string, signal?: AbortSignal): Promise<Commits> {
  const page = async (number: number): Promise<Commits> => {
    const path = `/compare/${base}...${head}?per_page=${pageSize}&page=${number}`;
    const question: Question = { path, permission: 'contents: read', maxBytes: 64 * 1024 * 1024 };
    const { total_commits: total, commits } = recordOf((await ask(question, signal)).body) ?? {};
    if (!Array.isArray(commits) || typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0)
      throw undocumented(question, 'no comparison');
    return { commits: commits.flatMap(commitOf), total };
  };
  const first = await page(1);
  const last = Math.min(100, Math.ceil(first.total / pageSize));
  const rest = last <= 1 ? [] : (await page(last)).commits;
  const before = last <= 2 ? first.commits : rest.length >= mostCommits ? [] : (await page(last - 1)).commits;
  return { commits: [...before, ...rest].toReversed().slice(0, mostCommits), total: first.total };
}

function commitOf(value: unknown): readonly DirectCommit[] {
  const fields = recordOf(value) ?? {};
  const { sha } = fields;
  if (!isCommit(sha)) return [];
  const commit = recordOf(fields['commit']);
  const title = String(commit?.['message'] ?? '').split('\n')[0] ?? '';
  const name = loginOf(fields['author']) || String(recordOf(commit?.['author'])?.['name'] ?? '');
  return [{ commit: sha, title: foreignText(title, [], longestTitle), author: foreignText(name, [], 60) }];
}

/** Only merged ones: of a commit that is on no default branch, GitHub names open ones too. */
async function pullRequestsOf(ask: ReturnType<typeof asker>, commit: string, signal?: AbortSignal): Promise<readonly PullRequest[]> {
  const question: Question = { path: `/commits/${commit}/pulls?per_page=20`, permission: 'pull-requests: read' };
  const { body } = await ask(question, signal);
  if (!Array.isArray(body)) throw undocumented(question, 'no list of pull requests');
  return body.flatMap((value) => {
    const { number, title, user, merged_at: merged } = recordOf(value) ?? {};
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1 || typeof merged !== 'string') return [];
    return [{ number, title: foreignText(String(title ?? ''), [], longestTitle), author: loginOf(user) }];
  });
}

const loginOf = (user: unknown): string => {
  const login = recordOf(user)?.['login'];
  return typeof login === 'string' ? foreignText(login, [], 60) : '';
};
