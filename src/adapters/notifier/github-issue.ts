import type { Destination } from '../../domain/alert/destination.ts';
import { jsonOf } from '../../domain/units/json.ts';
import { Failure } from '../../failure.ts';
import type { Alert, Notifier } from '../../ports/notifier.ts';
import { addressOf, courier, type Patience } from './courier.ts';
import { wordsOf } from './words.ts';

type GithubIssue = Extract<Destination, { kind: 'github-issue' }>;

export interface Forge {
  readonly api: string;
  /** `owner/name` of the run. */
  readonly repository: string | undefined;
}

const label = 'wf-deploy';
const pageSize = 100;
const mostPages = 5;

/**
 * One issue for each service and environment, found again by a marker in its text among those with our label, which only people with
 * rights in the repository can give. An ending is a comment on it; a closed one is opened again. A good ending opens none.
 * https://docs.github.com/rest/issues
 */
export function githubIssueNotifier(destination: GithubIssue, forge: Forge, patience: Patience = {}): Pick<Notifier, 'send'> {
  const { token, repository = forge.repository, environment } = destination;
  if (repository === undefined) {
    throw new Failure(
      'INPUT_INVALID',
      'No repository is known for `github-issue`.',
      'Give it as `- github-issue: { token: …, repository: owner/name }`.',
    );
  }
  const issues = addressOf('GitHub', `${forge.api.replace(/\/+$/, '')}/repos/${repository}/issues`);
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' };
  return {
    async send(alert, signal) {
      const ask = courier('GitHub', patience, signal);
      const marker = markerOf(alert, environment);
      const at = (path: string): URL => new URL(`${issues.href}${path}`);
      const found = await find(marker, async (page) => {
        const query = `?state=all&labels=${label}&per_page=${pageSize}&page=${page}`;
        return parseIssues((await ask({ url: at(query), method: 'GET', headers })).body.toString('utf8'));
      });
      if (found === undefined) {
        if (alert.severity === 'info') return;
        const place = environment ?? alert.namespace;
        const body = { title: `${alert.service} in ${place}: canary taken back`, body: `${marker}\n${issueText(alert)}`, labels: [label] };
        await ask({ url: issues, headers, body });
        return;
      }
      await ask({ url: at(`/${found.number}/comments`), headers, body: { body: issueText(alert) } });
      if (!found.open && alert.severity !== 'info')
        await ask({ url: at(`/${found.number}`), method: 'PATCH', headers, body: { state: 'open' } });
    },
  };
}

const markerOf = ({ service, namespace }: Alert, environment: string | undefined): string =>
  `<!-- wf-deploy: ${service} in ${environment ?? namespace} -->`;

interface Issue {
  readonly number: number;
  readonly open: boolean;
  readonly body: string;
}

/** An open one before closed ones; of several the oldest, so that two who look at once find the same. */
async function find(marker: string, list: (page: number) => Promise<readonly Issue[]>): Promise<Issue | undefined> {
  const matching: Issue[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const issues = await list(page);
    matching.push(...issues.filter(({ body }) => body.startsWith(marker)));
    if (issues.length < pageSize) break;
  }
  const oldest = (some: readonly Issue[]): Issue | undefined => some.toSorted((one, other) => one.number - other.number)[0];
  return oldest(matching.filter(({ open }) => open)) ?? oldest(matching);
}

function parseIssues(text: string): readonly Issue[] {
  const listed = jsonOf(text);
  if (!Array.isArray(listed)) throw new Failure('NOTIFY_FAILED', 'GitHub answered with no list of issues.', 'Check `GITHUB_API_URL`.');
  return listed.flatMap((each: { number?: unknown; state?: unknown; body?: unknown; pull_request?: unknown } | null) =>
    typeof each?.number === 'number' && each.pull_request === undefined
      ? [{ number: each.number, open: each.state === 'open', body: typeof each.body === 'string' ? each.body : '' }]
      : [],
  );
}

/** Foreign text stands in a block of code, where nothing is a link, a mention or HTML, and which it cannot end. */
export function issueText(alert: Alert): string {
  const { title, message, facts, page } = wordsOf(alert);
  const widest = Math.max(0, ...facts.map(([name]) => name.length));
  const lines = facts.filter(([name]) => name !== 'run').map(([name, value]) => `${name.padEnd(widest)}  ${value}`);
  return [
    `**${alert.severity}**${page === undefined ? '' : ` · [this run](${page})`}`,
    '',
    '```text',
    [title, '', message, '', ...lines].join('\n').replaceAll('`', "'"),
    '```',
    '',
  ].join('\n');
}
